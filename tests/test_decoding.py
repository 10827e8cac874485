import msgspec
import pytest

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import find_architecture
from mnist_compare.errors import DataError, MnistCompareError
from mnist_compare.errors.names import nearest
from mnist_compare.experiment.checkpoint import HEADER, read_checkpoint, write_checkpoint
from mnist_compare.io.decoding import decode_json, explain
from mnist_compare.io.toml import find_line
from mnist_compare.recipe import Recipe, find_recipe
from mnist_compare_numpy import NumpyExperiment

LAYERS = ("convolution", "max_pooling", "relu", "batch_norm", "dropout", "linear", "flatten")
HEAD = 'name = "mine"\n\n'
LAST = '[[layers]]\ntype = "flatten"\n\n[[layers]]\ntype = "linear"\nfeatures = 10\n'


def refusal(find, path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(MnistCompareError) as caught:
        find(str(path))
    message = str(caught.value)
    assert not any(word in message for word in ("$", "`int`", "`object`", "tag")), message
    return message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("Relu", "relu"), ("ReLU", "relu"), ("dense", "linear"), ("Dense", "linear"), ("fc", "linear")),
        *(
            ("conv2d", "convolution"),
            ("Conv2D", "convolution"),
            ("conv", "convolution"),
            ("convolutional", "convolution"),
        ),
        *(("batchnorm", "batch_norm"), ("BatchNorm2d", "batch_norm"), ("batch-norm", "batch_norm")),
        *(("maxpool", "max_pooling"), ("MaxPooling2D", "max_pooling"), ("avg_pooling", "average_pooling")),
        *(("drop_out", "dropout"), ("Flatten", "flatten")),
    ],
)
def test_the_type_of_a_layer_that_other_programs_have(tmp_path, written, meant):
    """A layer's type that is written as another framework has it is told with ours, all valid ones, and its line."""
    message = refusal(find_architecture, tmp_path / "net.toml", f'{HEAD}[[layers]]\ntype = "{written}"\n{LAST}')
    assert f'line 4: layers, number 1: type "{written}" is unknown (did you mean "{meant}"? Valid: ' in message
    assert all(f'"{layer}"' in message for layer in LAYERS)


@pytest.mark.parametrize(
    ("layer", "written", "meant"),
    [
        ("convolution", "kernel_size = 3", "kernel"),
        ("convolution", "filters = 3", "channels"),
        ("convolution", "out_channels = 3", "channels"),
        ("convolution", "strides = 3", "stride"),
        ("max_pooling", "kernel_size = 3", "size"),
        ("max_pooling", "pool_size = 3", "size"),
        ("linear", "units = 3", "features"),
        ("linear", "out_features = 3", "features"),
        ("linear", "use_bias = true", "bias"),
        ("dropout", "p = 0.5", "rate"),
        ("batch_norm", "eps = 0.5", "epsilon"),
    ],
)
def test_a_setting_that_other_programs_have(tmp_path, layer, written, meant):
    """A setting that is called as another framework calls it is told with our name for it, and is not missing too."""
    text = f'{HEAD}{LAST}[[layers]]\ntype = "{layer}"\n{written}\n'
    message = refusal(find_architecture, tmp_path / "net.toml", text)
    name = written.split()[0]
    assert f"line 11: layers, number 3 ({layer}): {name} is no field here (did you mean {meant}? Valid: " in message
    assert f"{meant} is missing" not in message


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('kernel = "3"', 'kernel must be a whole number or a list of 2 values (it is "3")'),
        ("kernel = 3.5", "kernel must be a whole number or a list of 2 values (it is 3.5)"),
        ("kernel = [3, 3, 3]", "kernel must have 2 values (it has 3)"),
        ("kernel = true", "kernel must be a whole number or a list of 2 values (it is true)"),
        ('padding = "valid"', 'padding "valid" is unknown (valid: "same")'),
        ("padding = [1, 1]", "padding must have 4 values (it has 2)"),
        ("bias = 1", "bias must be true or false (it is 1)"),
        ("stride = 1979-05-27", 'stride must be a whole number or a list of 2 values (it is "1979-05-27")'),
        ("stride = 0x" + "f" * 5000, "(it is a number of more than 64 bits)"),
        ("stride = " + "9" * 5000, "a number in it has thousands of digits"),
        ("stride = 99999999999999999999", "must be from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807"),
    ],
)
def test_a_value_of_the_wrong_kind(tmp_path, setting, told):
    """A value of the wrong kind is told with its layer, counted from 1, what is valid, and what stands there."""
    text = f'{HEAD}{LAST}[[layers]]\ntype = "convolution"\nchannels = 4\n{setting}\n'
    assert told in refusal(find_architecture, tmp_path / "net.toml", text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('loss = "mse"', 'line 1: loss "mse" is unknown (did you mean "mean_squared_error"? Valid: "cross_entropy",'),
        ("lr = 0.1", "line 1: lr is no field here (did you mean optimizer.learning_rate? Valid: name, loss,"),
        (
            'optimizer = {type = "Adam"}',
            'line 1: optimizer.type "Adam" is unknown (did you mean "adam"? Valid: "adam",',
        ),
        ('optimizer = {type = "rms"}', 'optimizer.type "rms" is unknown'),
        (
            '[optimizer]\ntype = "adam"\nlr = 0.1',
            "line 3: optimizer.lr is no field here (did you mean learning_rate? V",
        ),
        ('[optimizer]\ntype = "adam"\nbetas = [1]', "line 3: optimizer.betas is no field here (did you mean beta1?"),
        ("[optimizer]\nlearning_rate = 0.1", 'line 1: optimizer.type is missing (valid: "adam", "adamw", "nadam"'),
        ('optimizer = "adam"', 'optimizer must be a table with type "adam", "adamw", "nadam"'),
        ('schedule = {type = "one-cycle"}', 'did you mean "one_cycle"? Valid: "constant", "step", "cosine", '),
        (
            'batch_size = "8"\nepochs = 1.5',
            'line 1: batch_size must be a whole number (it is "8"); line 2: epochs must',
        ),
        (f'name = "{"x" * 300}"', "line 1: name must have at most 200 letters (it has 300)"),
    ],
)
def test_recipes_speak_the_language_of_their_file(tmp_path, text, told):
    """Each thing that is wrong in a recipe is told with its path, its line, and the valid names or kind."""
    assert told in refusal(find_recipe, tmp_path / "recipe.toml", text)


def test_more_faults_than_one_reads(tmp_path):
    """The first five things that are wrong are told, and that there are more."""
    layers = '[[layers]]\ntype = "x"\n' * 8
    message = refusal(find_architecture, tmp_path / "net.toml", HEAD + layers)
    assert message.count("is unknown") == 5
    assert "); and more. `show cnn" in message


def test_a_file_of_an_editor_for_windows(tmp_path):
    """A byte-order mark before a file is no fault; bytes that are no UTF-8 are told with their line."""
    path = tmp_path / "recipe.toml"
    path.write_bytes(b"\xef\xbb\xbfbatch_size = 8\r\n")
    assert find_recipe(str(path)).batch_size == 8
    told = refusal(find_recipe, path, b"\xef\xbb\xbfbatch_size = 8\r\nepoch = 3\r\n\r\n")
    assert "line 2: epoch is no field here (did you mean epochs?" in told
    told = refusal(find_recipe, path, b'batch_size = 8\r\nsource = "caf\xe9"\r\n')
    assert "line 2 is not UTF-8 (its byte 0xe9): save the file as UTF-8" in told


LINES = 'a = 1\nlist = [\n  1,\n  2,\n]\n[t]\nx = """\n[t]\ny = 1\n"""\ny = 5\n[[l]]\n[[l]]\nq.z = 1'


@pytest.mark.parametrize(
    ("place", "number"),
    [(("a",), 1), (("t", "y"), 11), (("l", 0), 12), (("l", 1), 13), (("l", 1, "q", "z"), 14), (("l", 0, "q"), 12)],
)
def test_the_line_of_a_value(place, number):
    """A value is found by what the parser makes of the lines, so that texts and comments cannot mislead."""
    assert find_line(LINES.split("\n"), place) in (number, None)


def test_lines_are_found_in_plain_files():
    """Where no value takes several lines, the line is always found; in the middle of a value none is claimed."""
    lines = ["a = 1", "# a = 3", "[t]", "", "a = 2", "[[l]]", "[[l]]", "b = 1"]
    found = [
        find_line(lines, place) for place in (("a",), ("t",), ("t", "a"), ("l", 0), ("l", 1, "b"), ("l", 1, "c"), ())
    ]
    assert found == [1, 3, 5, 6, 8, 7, None]
    assert find_line(["x = [", "1,", "2,", "]"], ("x", 1)) is None


def test_json_speaks_the_same_language():
    """JSON is refused in the same words as TOML, whatever made it."""
    with pytest.raises(msgspec.DecodeError, match=r'layers, number 2: type "dense" is unknown \(did you mean "linear"'):
        decode_json(b'{"name": "x", "layers": [{"type": "flatten"}, {"type": "dense"}]}', Architecture)
    with pytest.raises(msgspec.DecodeError, match=r"^it must be a table \(it is a list\)$"):
        decode_json("[]", Recipe)


def test_headers_of_checkpoints_speak_it_too(tmp_path):
    """The header of a checkpoint that is of something else is refused with the path in it."""
    path = tmp_path / "w.safetensors"
    NumpyExperiment("linear", device="cpu").save(path)
    header, weights, state = read_checkpoint(path)

    class Other(msgspec.Struct):
        architecture: dict
        sha256: str

    write_checkpoint(
        path, Other({"name": "x", "layers": [{"type": "Dense", "units": 3}]}, header.sha256), weights, state
    )
    with pytest.raises(DataError, match=r'architecture.layers, number 1: type "Dense" is unknown .*"linear"'):
        read_checkpoint(path)
    assert HEADER == "mnist_compare"


def test_a_list_in_a_list_is_counted_too():
    """Where lists hold lists, as branches do, the place reads as one: no stray signs stand between the numbers."""
    layers = [{"type": "branches", "branches": [[], [{"type": "relu", "x": 1}]]}]
    told = explain({"name": "n", "layers": layers}, Architecture)
    assert "layers, number 1 (branches): branches, number 2, number 1 (relu): x is no field here" in told


def test_what_fits_has_no_faults():
    """A value that fits its type is explained by nothing."""
    network = find_architecture("convnet")
    assert explain(msgspec.json.decode(msgspec.json.encode(network)), Architecture) == ""


def test_no_name_is_guessed_out_of_nothing():
    """A name that is like none of the valid ones has no nearest one, however long it is."""
    assert nearest("", LAYERS) is None
    assert nearest("zzzz", LAYERS) is None
    assert nearest("x" * 10_000_000, LAYERS) is None
