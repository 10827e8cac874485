"""What random networks are drawn from: all kinds that there are, so that nothing new goes without."""

import msgspec
from random_networks import random_networks, write
from random_recipes import FURTHER

from mnist_compare.architecture import Layer
from mnist_compare.architecture.documented import find_architecture
from mnist_compare.io.registry import classes
from mnist_compare.recipe import Optimizer, Recipe
from mnist_compare.recipe.schedules import Schedule

NETWORKS = 300
NOT_DRAWN = {"source", "shuffle", "precision", "patience", "monitor"}
"""Fields of a recipe that change nothing in what a step computes, or that the certificate sets."""


def own(base):
    """The kinds of this package."""
    return {kind for kind in classes(base).values() if kind.__module__.startswith("mnist_compare.")}


def test_every_kind_is_drawn():
    """A kind of layer, optimizer or schedule, or a field of recipes, that is added is among the random networks."""
    networks = random_networks(NETWORKS, 0)
    recipes = [network.recipe for network in networks]
    assert own(Layer) <= {type(one.layer) for network in networks for one in network.all_layers}
    assert own(Optimizer) <= {type(recipe.optimizer) for recipe in recipes}
    assert own(Schedule) <= {type(recipe.schedule) for recipe in recipes}
    drawn = {field for field in Recipe.__struct_fields__ if len({getattr(recipe, field) for recipe in recipes}) > 1}
    assert drawn | NOT_DRAWN | {"epochs"} == {*Recipe.__struct_fields__}
    assert {*FURTHER} <= drawn


def test_a_seed_draws_the_same_networks():
    """The networks of a test that fails can be drawn again."""
    assert random_networks(5, 7) == random_networks(5, 7)


def test_drawn_networks_are_read_back_from_their_files(tmp_path):
    """What `show --toml` prints of a network and its recipe is the same network and recipe, whatever they hold."""
    for network in random_networks(NETWORKS, 0):
        assert find_architecture(str(write(network, tmp_path))) == msgspec.structs.replace(
            network, name=f"my_{network.name}"
        )
