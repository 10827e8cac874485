import pytest

from mnist_compare.architecture import Convolution, Linear, MaxPooling
from mnist_compare.architecture.documented import ARCHITECTURES, default_recipe, find_architecture
from mnist_compare.errors import ArchitectureError, MnistCompareError, UsageError
from mnist_compare.io.toml import MAX_FILE_BYTES
from mnist_compare.recipe import Adam
from mnist_compare.recipe.schedules import Cosine

VALID = """
name = "my-net"
recipe = "cnn"

[[layers]]
type = "convolution"
channels = 4
kernel = 3
stride = 2

[[layers]]
type = "max_pooling"
size = 2

[[layers]]
type = "flatten"

[[layers]]
type = "linear"
features = 10
"""


@pytest.fixture
def read(tmp_path):
    """Reads a network from a file with that content."""

    def write_and_read(content):
        path = tmp_path / "net.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return find_architecture(str(path))

    return write_and_read


def test_a_network_from_a_file(read):
    """A TOML file describes a network with all its values, and the defaults for what it leaves out."""
    network = read(VALID)
    assert network.name == "my-net"
    assert network.layers[:2] == (Convolution(4, 3, stride=2), MaxPooling(2))
    assert network.layers[-1] == Linear(10)
    assert (network.input_shape, network.output, network.initializer) == ((1, 28, 28), "logits", "fan_in_uniform")
    assert network.parameter_count == 4 * 9 + 4 + 10 * 4 * 6 * 6 + 10


def test_a_file_with_its_own_recipe(read):
    """A file can say how its network is trained."""
    tables = '[recipe]\nbatch_size = 7\noptimizer = {type = "adam", beta1 = 0.5}\nschedule = {type = "cosine"}\n'
    recipe = default_recipe(read(VALID.replace('recipe = "cnn"', "") + tables))
    assert (recipe.batch_size, recipe.optimizer, recipe.schedule) == (7, Adam(beta1=0.5), Cosine())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            VALID.replace('"max_pooling"', '"mean_pooling"'),
            r'line 12: layers, number 2: type "mean_pooling" is unknown \(did you mean "max_pooling"\?',
        ),
        (
            VALID.replace("stride = 2", "strides = 2"),
            r"layers, number 1 \(convolution\): strides is no field here \(did you mean stride\? Valid: channels, ",
        ),
        (
            VALID.replace("kernel = 3", ""),
            r"line 5: layers, number 1 \(convolution\): kernel is missing: a whole number or a list of 2 values\.",
        ),
        (
            VALID.replace("kernel = 3", 'kernel = "3"'),
            r"line 8: layers, number 1 \(convolution\): kernel must be a whole number or a list of 2 values",
        ),
        (VALID.replace('name = "my-net"', ""), "name is missing: text in quotes"),
        (VALID.replace("my-net", "../net"), r"name must be letters, digits, - and _ \(it is '../net'\)"),
        (VALID.replace("my-net", "cnn"), "'cnn' is the name of a network that is here"),
        ("name = ", "does not describe an architecture"),
        ("", "does not describe an architecture"),
        ("[[layers]]\n" * 3, "does not describe an architecture"),
        (b"name = '\xff\xfe'", "does not describe an architecture: line 1 is not UTF-8"),
        ("x = " + "[" * 5000, "does not describe an architecture"),
        (b"#" * (MAX_FILE_BYTES + 1), "is larger than 100,000 bytes"),
    ],
)
def test_a_file_that_is_no_network(read, content, message):
    """A file that describes no network is an ArchitectureError that names what is wrong."""
    with pytest.raises(ArchitectureError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            VALID.replace("kernel = 3", "kernel = 30"),
            r"layer 1 \(conv1\), input 1x28x28: a window of 30x30.* Images of \d+x\d+ pixels would be large",
        ),
        (VALID.replace("features = 10", "features = 9"), 'ends in 9, .* needs 10: .* or of features = "classes"'),
    ],
)
def test_a_file_whose_layers_do_not_fit_the_images(read, content, message):
    """Layers are held against the images once it is known which these are: the first that does not fit is named."""
    with pytest.raises(ArchitectureError, match=message):
        read(content).fitted_to((1, 28, 28), 10)


def test_a_file_that_is_not_there(tmp_path):
    """A missing file and a folder are errors that name the path."""
    with pytest.raises(ArchitectureError, match=r"Cannot read the architecture .*none\.toml: No such file"):
        find_architecture(str(tmp_path / "none.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(ArchitectureError, match=r"folder\.toml: Is a directory"):
        find_architecture(str(tmp_path / "folder.toml"))


@pytest.mark.parametrize("recipe", ['"cnnn"', "{batch_size = 0}", "{optimizer = {type = 'sgd', momentum = 2.0}}"])
def test_a_recipe_that_cannot_be(read, recipe):
    """The recipe in a file is checked when the file is read, not in the middle of a comparison."""
    with pytest.raises(UsageError):
        read(VALID.replace('recipe = "cnn"', f"recipe = {recipe}"))


@pytest.mark.parametrize("shape", ["[3, 28, 28]", "[1, 32, 32]"])
def test_an_input_that_is_no_mnist_image(read, shape):
    """A network that says what images it takes is trained on these alone."""
    layers = VALID.replace("[[layers]]", '[[layers]]\ntype = "adaptive_average_pooling"\nsize = 28\n\n[[layers]]', 1)
    network = read(f"input_shape = {shape}\n" + layers)
    with pytest.raises(MnistCompareError, match="but the data are 1x28x28"):
        network.fitted_to((1, 28, 28), 10)
    shape = tuple(network.input_shape)
    assert network.fitted_to(shape, 10) == network


def test_a_documented_network_from_a_file_is_the_same(read):
    """A documented network written to a file unchanged is accepted under its own name."""
    linear = ARCHITECTURES["linear"]
    values = {name: getattr(linear, name) for name in ("name", "output", "recipe", "initializer", "source")}
    lines = [f'{name} = "{value}"' for name, value in values.items()]
    layers = ["[[layers]]", 'type = "flatten"', "[[layers]]", 'type = "linear"', "features = 1"]
    assert read("\n".join(lines + layers)) == linear
