"""Random networks with random recipes, as files: of all kinds of layers, optimizers and schedules, in odd shapes.

What layers there are is what the networks around each kind have, so that a new kind is drawn too. They stand in any
order in which they fit, some of them within residuals, branches and auxiliary heads, in batches of 1 to 128 images.

Usage: python random_networks.py FOLDER COUNT [SEED]
"""

import sys
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from random_recipes import random_recipe

from mnist_compare.architecture import (
    Architecture,
    Auxiliary,
    BatchNorm,
    Branches,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    Patches,
    Recurrent,
    ReLU,
    Residual,
    Rows,
    SequenceMean,
    Shape,
)
from mnist_compare.certify.layer_networks import FAULT_NETWORKS, LAYER_NETWORKS
from mnist_compare.errors import MnistCompareError
from mnist_compare.io.registry import tag_of
from mnist_compare.recipe import Recipe

INITIALIZERS = ("fan_in_uniform", "glorot_uniform", "he_normal")
MOST_VALUES = 20_000
"""That a layer may make of one image."""
FEATURES: Shape = (48,)
"""What most kinds of layers take."""
MOST_POSITIONS = 16
"""That a recurrent layer may read: a framework takes long for each."""
DEPTH = 2
"""So deep stand layers within layers that are not of the networks around a kind."""


def _bank() -> dict[str, list[Layer]]:
    networks = (*LAYER_NETWORKS.values(), *FAULT_NETWORKS)
    found: dict[str, list[Layer]] = {}
    for layer in dict.fromkeys(one.layer for network in networks for one in network.all_layers):
        found.setdefault(tag_of(layer), []).append(layer)
    return found


BANK = _bank()
"""By the tag of its kind: each layer of the networks around all kinds."""


def random_networks(count: int, seed: int) -> list[Architecture]:
    """That many valid networks, each with a recipe of its own."""
    generator = np.random.default_rng(seed)
    found: list[Architecture] = []
    while len(found) < count:
        network = _network(generator, f"random{len(found) + 1}")
        try:
            network.shaped_layers  # noqa: B018 (raises where a layer does not fit)
            _recipe_of(network).check()
        except MnistCompareError:
            continue
        if network.parameter_count < 300_000 and _can_be_trained(network):
            found.append(network)
    return found


def _recipe_of(network: Architecture) -> Recipe:
    assert isinstance(network.recipe, Recipe)
    return network.recipe


def _can_be_trained(network: Architecture) -> bool:
    """One value of a channel cannot be normalized over the batch, and a body that is frozen must be there."""
    arrays = [one for one in network.all_layers if one.parameters or one.statistics]
    if _recipe_of(network).freeze and len(arrays) == 1:
        return False
    alone = [one for one in network.all_layers if one.layer.normalizes and prod(one.input_shape[1:]) == 1]
    return not alone or _recipe_of(network).batch_size > 1


def _network(generator: np.random.Generator, name: str) -> Architecture:
    number = generator.random() < 0.15
    last = Linear(1 if number else 10)
    layers = _stem(generator)
    shape = _shape_after(tuple(layers), (1, 28, 28))
    for wanted in (generator.integers(2, 6), generator.integers(0, 4)):
        found, shape = _chain(generator, shape, int(wanted), last)
        ending = _ending(generator, shape)
        layers += [*found, *ending]
        shape = _shape_after(tuple(ending), shape)
    output = "number" if number else "logits"
    initializer = INITIALIZERS[generator.integers(len(INITIALIZERS))]
    recipe = random_recipe(generator, name, number=number)
    return Architecture(name, (*layers, last), output=output, initializer=initializer, recipe=recipe)


def _stem(generator: np.random.Generator) -> list[Layer]:
    """What makes maps or a sequence of an image, or nothing."""
    chance = generator.random()
    if chance < 0.4:
        channels, stride = int(generator.choice([3, 4, 6, 8])), int(generator.integers(1, 5))
        return [Convolution(channels, int(generator.integers(1, 6)), int(generator.integers(0, 3)), stride)]
    if chance < 0.8:
        return [[MaxPooling(7), Rows()], [Rows()], [Patches(6, 7)], [Patches(8, 14)]][generator.integers(4)]
    return []


def _chain(
    generator: np.random.Generator, shape: Shape, count: int, last: Layer, depth: int = 0
) -> tuple[list[Layer], Shape]:
    """At most so many layers that fit one after the other, and the shape after them."""
    layers: list[Layer] = []
    for _ in range(count):
        composed = depth < DEPTH and generator.random() < 0.15
        layer = _composed(generator, shape, last, depth) if composed else _layer(generator, shape, depth)
        after = _shape_after((layer,), shape, depth)
        if after:
            layers.append(layer)
            shape = after
    return layers, shape


def _shape_after(layers: tuple[Layer, ...], shape: Shape, depth: int = 0) -> Shape:
    """The shape after the layers; an empty one where they do not fit, or make more values than may be."""
    try:
        for layer in layers:
            if (depth and isinstance(layer, Auxiliary)) or (isinstance(layer, Recurrent) and shape[0] > MOST_POSITIONS):
                return ()
            shape = layer.output_shape(shape)
    except ValueError:
        return ()
    return shape if prod(shape) <= MOST_VALUES else ()


def _ending(generator: np.random.Generator, shape: Shape) -> list[Layer]:
    """What makes one row of features of it."""
    if len(shape) == 2 and generator.random() < 0.5:
        return [SequenceMean()]
    return [Flatten()] if len(shape) > 1 else []


def _layer(generator: np.random.Generator, shape: Shape, depth: int) -> Layer:
    """One of any kind that fits, or of a kind with many settings, in other settings than the tests have elsewhere."""
    if generator.random() < 0.75:
        kinds = _shuffled(generator, list(BANK.values()))
        if generator.random() < 0.5:  # most kinds take anything: those that do not shall not be rare
            kinds.sort(key=lambda kind: bool(_shape_after((kind[0],), FEATURES)))
        for kind in kinds:
            for one in _shuffled(generator, kind):
                if _shape_after((one,), shape, depth):
                    return one
    drawn: list[Layer] = [
        Convolution(
            int(generator.integers(1, 12)),
            int(generator.integers(1, 6)),
            int(generator.integers(0, 3)),
            int(generator.integers(1, 4)),
            bias=bool(generator.random() < 0.7),
        ),
        Linear(int(generator.integers(3, 40)), bias=bool(generator.random() < 0.7)),
        BatchNorm(float(generator.choice([0.01, 0.1, 0.5])), float(generator.choice([1e-3, 1e-5, 1e-10]))),
        MaxPooling(int(generator.integers(2, 4))),
        Dropout(float(generator.choice([0.1, 0.5, 0.9]))),
        ReLU(),
    ]
    return drawn[generator.integers(len(drawn))]


def _composed(generator: np.random.Generator, shape: Shape, last: Layer, depth: int) -> Layer:
    """Layers within a residual, branches or an auxiliary head; it need not fit."""
    body, after = _chain(generator, shape, int(generator.integers(1, 3)), last, depth + 1)
    chance = generator.random()
    if chance < 0.25:
        return Auxiliary((*body, *_ending(generator, after), last), float(generator.choice([0.1, 0.3])))
    if chance < 0.5:
        return Branches((tuple(body), tuple(body[:1]) if generator.random() < 0.5 else ()))
    return Residual(tuple(body), () if after == shape else tuple(body))


def _shuffled(generator: np.random.Generator, values: list[Any]) -> list[Any]:
    return [values[i] for i in generator.permutation(len(values))]


def write(network: Architecture, folder: Path) -> Path:
    """The network as a file that the command takes."""
    from mnist_compare.cli.show import to_toml

    path = folder / f"{network.name}.toml"
    path.write_text(to_toml(network), encoding="utf-8")
    return path


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    paths = [write(network, place) for network in random_networks(int(sys.argv[2]), int(sys.argv[3]))]
    sys.stdout.write(",".join(map(str, paths)))
