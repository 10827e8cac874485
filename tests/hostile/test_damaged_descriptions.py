import json

import msgspec
import pytest
import valid_files
from damage import damages, value_damages
from hostile_cases import attempt, cases
from hypothesis import example, given

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import find_architecture
from mnist_compare.io.decoding import explain
from mnist_compare.io.registry import decode_open
from mnist_compare.recipe import Recipe, find_recipe
from mnist_compare.records.record import Record
from mnist_compare.runner.networks import find_architectures
from mnist_compare.runner.request import Request
from mnist_compare.search.grid import read_grid
from mnist_compare.search.recipes import SettingRecipes
from mnist_compare.search.settings import find_settings

NETWORK = b'name = "x"\nlayers = [{type = "flatten"}, {type = "linear", features = 10}]\n'
HUGE = b"0x" + b"f" * 5000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged") / "mine.toml"


def used(network):
    """What every command does with a network."""
    return str([(shaped.name, shaped.parameter_count) for shaped in network.shaped_layers])


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
    if network is not None:
        attempt("network", used, network)


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


def planned(path):
    """What a command does with the file of a sweep before it looks at its data."""
    networks = find_architectures(["mlp"])
    grid = read_grid(path)
    recipes = SettingRecipes(find_settings(grid, ["mlp"]))
    return [recipe.describe() for network in networks for recipe in recipes(Request(), network)]


@cases(300)
@given(content=damages(valid_files.GRID))
@example(content=b"[grid]\nlearning_rate = [" + b"9" * 5000 + b"]")
@example(content=b"[grid]\nlearning_rate = [" + HUGE + b"]")
@example(content=b"[grid]\nlearning_rate = [2020-01-01, nan, inf, -0.0, {}, [[]], '', true]")
@example(content=b"[grid]\noptimizer = [{}, {type = 3}, {type = 'adam', beta1 = 'x'}, 4, []]")
@example(content=b"[grid]\nwarmup = [1]\n[[exclude]]\nwarmup = {a = 1}")
@example(content=b"sample = 10000\n[ranges]\nwarmup = {low = -9e300, high = 9e300}")
@example(content=b"sample = 3\n[ranges]\nwarmup = {low = -9223372036854775808, high = 9223372036854775807}")
@example(content=b"sample = 3\n[ranges]\nwarmup = {low = 1, high = 9223372036854775807, log = true}")
@example(content=b"[grid]\n" + b"\n".join(b"clip_norm.a%d = 1" % i for i in range(300)))
@example(content=b"[grid]\nwarmup = [" + b"1," * 40_000 + b"]\nepochs = [" + b"1," * 8000 + b"]")
def test_damaged_sweeps(path, content):
    """Whatever has become of a sweep's file, it has settings or is refused in a sentence."""
    path.write_bytes(content)
    found = attempt("sweep", planned, path)
    assert found is None or all(found)


KINDS = {
    Architecture: msgspec.toml.decode(valid_files.ARCHITECTURE),
    Recipe: msgspec.toml.decode(valid_files.RECIPE),
    Record: json.loads(valid_files.records()[0]),
}


def is_refused(content, kind):
    try:
        msgspec.json.decode(content, type=kind, dec_hook=decode_open)
    except msgspec.ValidationError:
        return True
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_refused_is_explained(kind):
    """What msgspec refuses has at least one fault that is told in plain words, and what it takes has none."""

    @cases(100)
    @given(changed=value_damages(KINDS[kind]))
    def property_holds(changed):
        content = json.dumps(changed).encode()
        told = explain(msgspec.json.decode(content), kind)
        assert bool(told) == is_refused(content, kind), told

    property_holds()
