import pytest
import valid_files
from damage import damages
from hostile_cases import attempt, cases
from hypothesis import example, given

from mnist_compare.architectures import find_architecture
from mnist_compare.recipe import find_recipe

NETWORK = b'name = "x"\nlayers = [{type = "flatten"}, {type = "linear", features = 10}]\n'
HUGE = b"0x" + b"f" * 5000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged") / "mine.toml"


def used(network):
    """What every command does with a network."""
    return str([(placed.name, placed.parameter_count) for placed in network.placed])


@cases(400)
@given(content=damages(valid_files.ARCHITECTURE, NETWORK))
@example(content=b"x = " + b"9" * 5000)
@example(content=b"a." * 40_000 + b"a = 1")
@example(content=b"[" + b"a." * 40_000 + b"a]")
@example(content=b"x = " + b"[" * 50_000)
@example(content=NETWORK.replace(b"10}", HUGE + b"}"))
@example(content=NETWORK.replace(b"10}", b"10}") + b"input_shape = [1, 28, " + HUGE + b"]\n")
@example(content=NETWORK + b'recipe = "a\\u0000.toml"\n')
@example(content=NETWORK + b"recipe = {epochs = " + HUGE + b"}\n")
@example(content=NETWORK + b"recipe = {schedule = {type = 'step', every = " + HUGE + b"}}\n")
@example(content=NETWORK.replace(b"x", b"x" * 3000))
@example(content=b'name = "x"\nlayers = [' + b"{type='relu'}," * 6000 + b"]")
def test_damaged_networks(path, content):
    """Whatever has become of a network's file, it is a network or refused in a sentence, at once."""
    path.write_bytes(content)
    network = attempt("network", find_architecture, str(path))
    assert network is None or used(network)


@cases(300)
@given(content=damages(valid_files.RECIPE))
@example(content=b"epochs = " + HUGE)
@example(content=b"batch_size = " + HUGE)
@example(content=b"learning_rate = " + b"9" * 5000)
def test_damaged_recipes(path, content):
    """Whatever has become of a recipe's file, it is a recipe or refused in a sentence."""
    path.write_bytes(content)
    recipe = attempt("recipe", find_recipe, str(path))
    assert recipe is None or recipe.describe()
