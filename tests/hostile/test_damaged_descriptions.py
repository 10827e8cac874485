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
