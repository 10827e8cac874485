"""Random networks with random recipes, as files: odd shapes, batches of 1 to 128, batch norm anywhere, layers within.

Usage: python random_networks.py FOLDER COUNT [SEED]
"""

import sys
from pathlib import Path

import msgspec
import numpy as np

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
    ReLU,
    Residual,
)
from mnist_compare.errors import MnistCompareError
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer, Recipe
from mnist_compare.recipe.schedules import Constant, Cosine, OneCycle, Step

INITIALIZERS = ("fan_in_uniform", "glorot_uniform", "he_normal")
BATCHES = (1, 2, 3, 7, 16, 31, 64, 100, 128)


def random_networks(count: int, seed: int) -> list[Architecture]:
    """That many valid networks, each with a recipe of its own."""
    generator = np.random.default_rng(seed)
    found: list[Architecture] = []
    while len(found) < count:
        network = _composed(generator, _network(generator, f"random{len(found) + 1}"))
        try:
            network.shaped_layers  # noqa: B018 (raises where a layer does not fit)
        except MnistCompareError:
            continue
        if network.parameter_count < 300_000 and _can_be_trained(network):
            found.append(network)
    return found


def _can_be_trained(network: Architecture) -> bool:
    """Batch norm cannot normalize one value."""
    assert isinstance(network.recipe, Recipe)
    flat = [
        p for p in network.all_layers if isinstance(p.layer, BatchNorm) and np.prod(p.input_shape[1:], dtype=int) == 1
    ]
    return not flat or network.recipe.batch_size > 1


def _network(generator: np.random.Generator, name: str) -> Architecture:
    layers: list[Layer] = []
    for _ in range(generator.integers(0, 3)):
        layers += [BatchNorm()] if generator.random() < 0.3 else []
        layers.append(
            Convolution(
                int(generator.integers(1, 12)),
                int(generator.integers(1, 6)),
                int(generator.integers(0, 3)),
                int(generator.integers(1, 4)),
                bias=bool(generator.random() < 0.7),
            )
        )
        layers += _some(
            generator, [_norm(generator), ReLU(), MaxPooling(int(generator.integers(2, 4))), _dropout(generator)]
        )
    layers.append(Flatten())
    for _ in range(generator.integers(0, 3)):
        layers.append(Linear(int(generator.integers(3, 40)), bias=bool(generator.random() < 0.7)))
        layers += _some(generator, [_norm(generator), ReLU(), _dropout(generator)])
    number = generator.random() < 0.15
    layers.append(Linear(1 if number else 10))
    recipe = Recipe(
        name,
        loss="mean_squared_error" if number else "cross_entropy",
        optimizer=_optimizer(generator),
        schedule=[Constant(), Step(1, 0.5), Cosine(), OneCycle()][generator.integers(4)],
        batch_size=int(generator.choice(BATCHES)),
        epochs=2,
        normalization="standard" if generator.random() < 0.3 else "unit",
    )
    initializer = INITIALIZERS[generator.integers(3)]
    output = "number" if number else "logits"
    return Architecture(name, tuple(layers), output=output, initializer=initializer, recipe=recipe)


def _composed(generator: np.random.Generator, network: Architecture) -> Architecture:
    """With branches and residuals in place of some convolutions, and an auxiliary head before some flattenings."""
    layers = [made for layer in network.layers for made in _within(generator, layer, network.layers[-1])]
    return msgspec.structs.replace(network, layers=tuple(layers))


def _within(generator: np.random.Generator, layer: Layer, last: Layer) -> list[Layer]:
    chance = generator.random()
    if isinstance(layer, Flatten) and chance < 0.3:
        return [Auxiliary((Flatten(), last), float(generator.choice([0.1, 0.3]))), layer]
    if not isinstance(layer, Convolution) or chance > 0.5:
        return [layer]
    extra = _some(generator, [_norm(generator), ReLU(), _dropout(generator)])
    if chance < 0.15:
        return [Branches(((layer, *extra), (msgspec.structs.replace(layer, channels=3),)))]
    if chance < 0.3:
        return [Residual((layer, *extra), (msgspec.structs.replace(layer, bias=False),))]
    return [layer, Residual((Convolution(layer.channels, 3, padding=1), *extra))]


def _some(generator: np.random.Generator, layers: list[Layer]) -> list[Layer]:
    """Some of the layers, in any order."""
    return [layers[i] for i in generator.permutation(len(layers)) if generator.random() < 0.5]


def _norm(generator: np.random.Generator) -> BatchNorm:
    return BatchNorm(float(generator.choice([0.01, 0.1, 0.5])), float(generator.choice([1e-3, 1e-5, 1e-10])))


def _dropout(generator: np.random.Generator) -> Dropout:
    return Dropout(float(generator.choice([0.1, 0.5, 0.9])))


def _optimizer(generator: np.random.Generator) -> Optimizer:
    decay = float(generator.choice([0.0, 0.01]))
    if generator.random() < 0.35:
        momentum = float(generator.choice([0.0, 0.5, 0.9]))
        nesterov = bool(momentum and generator.random() < 0.5)
        return SGD(float(generator.choice([0.001, 0.01, 0.1])), momentum, nesterov, decay)
    kind = Adam if generator.random() < 0.5 else AdamW
    return kind(
        float(generator.choice([0.0003, 0.001, 0.01])),
        float(generator.choice([0.0, 0.7, 0.9])),
        float(generator.choice([0.0, 0.9, 0.999])),
        float(generator.choice([1e-3, 1e-8, 1e-10])),
        decay,
    )


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
