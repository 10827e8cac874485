import pytest
from command_line import LINEAR, refusal, run_here

HEAD = 'name = "mine"\n'
LAST = '[[layers]]\ntype = "flatten"\n[[layers]]\ntype = "linear"\nfeatures = 10\n'


def layer(**settings):
    return "[[layers]]\n" + "".join(
        f'{name} = "{value}"\n' if isinstance(value, str) else f"{name} = {value}\n" for name, value in settings.items()
    )


FILES = {
    "window too large": (
        HEAD + layer(type="convolution", channels=4, kernel=3) + layer(type="max_pooling", size=40) + LAST,
        ["layer 2", "pool1", "40x40", "26"],
    ),
    "linear before flatten": (
        HEAD + layer(type="linear", features=10),
        ["layer 1", "linear1", "1x28x28", "flatten"],
    ),
    "convolution after flatten": (
        HEAD + layer(type="flatten") + layer(type="convolution", channels=4, kernel=3) + LAST,
        ["layer 2", "conv1", "784"],
    ),
    "not ten outputs": (HEAD + LAST.replace("10", "9"), ["'mine'", "ends in 9", "10"]),
    "no layers": (HEAD + "layers = []\n", ["'mine'", "no layers"]),
    "no layers at all": (HEAD, ["layers"]),
    "rate of nearly one": (HEAD + layer(type="dropout", rate=0.999999999999) + LAST, ["dropout1", "0.999999999999"]),
    "tiny rate": (HEAD + layer(type="dropout", rate=1e-320) + LAST, ["dropout1", "rate", "1e-320", "1.2e-38"]),
    "tiny momentum": (HEAD + layer(type="batch_norm", momentum=1e-12) + LAST, ["norm1", "momentum 1e-12", "float32"]),
    "tiny epsilon": (HEAD + layer(type="batch_norm", epsilon=1e-50) + LAST, ["norm1", "epsilon", "1e-50"]),
    "recipe of a large rate": (
        HEAD + LAST + '[recipe]\noptimizer = {type = "sgd", learning_rate = 1e300}\n',
        ["learning_rate", "1e+300"],
    ),
    "negative channels": (HEAD + layer(type="convolution", channels=-4, kernel=3) + LAST, ["conv1", "channels", "-4"]),
    "text for a number": (
        HEAD + layer(type="convolution", channels="four", kernel=3) + LAST,
        ["layers, number 1 (convolution)", "channels", '"four"'],
    ),
    "too many parameters": (
        HEAD + layer(type="flatten") + layer(type="linear", features=2_000_000) + LAST,
        ["parameters"],
    ),
    "too many values": (
        HEAD + layer(type="flatten") + layer(type="linear", features=2**31) + LAST,
        ["2147483648", "10,000,000"],
    ),
    "unknown layer": (
        HEAD + layer(type="conv2d", channels=4, kernel=3) + LAST,
        ["conv2d", '"convolution"', "layers, number 1"],
    ),
    "unknown setting": (HEAD + layer(type="relu", slope=0.1) + LAST, ["slope", "layers, number 1 (relu)"]),
    "unknown field": (HEAD + "outputs = 10\n" + LAST, ["outputs"]),
    "syntax": (HEAD + "[[layers\n", ["line 2"]),
    "bytes": ("\udcff\udcfe", ["mine.toml"]),
    "documented name": ('name = "cnn"\n' + LAST, ["'cnn'", "another"]),
    "name with a path": ('name = "../up"\n' + LAST, ["'../up'"]),
    "unknown recipe": (HEAD + 'recipe = "mpl"\n' + LAST, ["'mpl'", "'mlp'"]),
    "recipe of other output": (HEAD + 'recipe = "linear"\n' + LAST, ["mean_squared_error", "'mine'"]),
    "recipe that cannot be": (HEAD + LAST + "[recipe]\nbatch_size = 0\n", ["batch_size", "it is 0"]),
}


@pytest.mark.parametrize(("text", "words"), FILES.values(), ids=FILES)
def test_networks_that_cannot_be_are_refused(tmp_path, text, words):
    """A file that describes no network is refused with the layer, the shapes or the line that is wrong."""
    (tmp_path / "mine.toml").write_bytes(text.encode(errors="surrogateescape"))
    message = refusal(run_here(*LINEAR, "-a", "mine.toml", "--output", "out", cwd=tmp_path))
    assert all(word in message for word in words), message
    assert not (tmp_path / "out").exists()


RECIPES = {
    "number": ("batch_size = 1000000000\n", ["batch_size"]),
    "text": ('epochs = "many"\n', ["epochs"]),
    "optimizer": ('optimizer = {type = "adamm"}\n', ["adamm", "optimizer"]),
    "setting": ('optimizer = {type = "sgd", beta1 = 0.5}\n', ["beta1", "optimizer"]),
    "several": ("batch_size = 0\nepochs = -1\n", ["batch_size", "epochs"]),
    "syntax": ("epochs = \n", ["line 1"]),
}


@pytest.mark.parametrize(("text", "words"), RECIPES.values(), ids=RECIPES)
def test_recipes_that_cannot_be_are_refused(tmp_path, text, words):
    """A file that describes no recipe is refused with everything that is wrong in it."""
    (tmp_path / "mine.toml").write_text(text)
    message = refusal(run_here(*LINEAR, "-a", "cnn", "--recipe", "mine.toml", "--output", "out", cwd=tmp_path))
    assert all(word in message for word in words), message
    assert not (tmp_path / "out").exists()


def test_two_networks_of_one_name_are_refused(tmp_path):
    """Two files that describe different networks under one name are not mixed up."""
    for file, settings in (("one", ""), ("two", layer(type="relu"))):
        (tmp_path / f"{file}.toml").write_text(HEAD + settings + LAST)
    message = refusal(run_here(*LINEAR, "-a", "one.toml,two.toml", "--output", "out", cwd=tmp_path))
    assert "'mine'" in message
    assert "another name" in message
