"""Everything random, made from a seed by counting: initial weights, the order of the batches, dropout masks.

Each draw is a Philox stream of its own, chosen by seed, purpose, name and counters. So any epoch can be
made without the ones before it, and adding a layer does not change the draws of another. Only the raw
64-bit output of the generator is used, whose values NumPy guarantees for all versions.
"""

from hashlib import sha256
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Architecture, Initializer, Shape
from mnist_compare.errors import ArchitectureError

Array = NDArray[np.floating]


def raw(seed: int, purpose: str, *counters: int, size: int) -> NDArray[np.uint64]:
    """`size` random 64-bit words of the stream that seed, purpose and up to two counters choose."""
    digest = int.from_bytes(sha256(purpose.encode()).digest()[:8], "little")
    high = [*counters, 0, 0][:2]
    return np.asarray(np.random.Philox(key=[seed, digest], counter=[0, 0, *high]).random_raw(size), dtype=np.uint64)


def uniform(seed: int, purpose: str, *counters: int, size: int) -> NDArray[np.float64]:
    """Float64 values of [0, 1), with 53 random bits."""
    words = raw(seed, purpose, *counters, size=size) >> np.uint64(11)
    return words.astype(np.float64) * 2.0**-53


def permutation(seed: int, purpose: str, *counters: int, size: int) -> NDArray[np.int64]:
    """The numbers 0 to size - 1 in random order, int64 [size]."""
    return np.argsort(raw(seed, purpose, *counters, size=size), kind="stable").astype(np.int64)


def batch_order(seed: int, epoch: int, images: int) -> NDArray[np.int64]:
    """The order in which `epoch` (counted from 0) visits the images, int64 [images]."""
    return permutation(seed, "order", epoch, size=images)


def dropout_masks(seed: int, layer: str, epoch: int, steps: range, shape: Shape, rate: float) -> NDArray[np.bool_]:
    """True where a value is kept: bool [len(steps), *shape]; one stream per step."""
    size = int(np.prod(shape))
    words = np.concatenate([raw(seed, f"mask {layer}", epoch, step, size=-(-size // 2)) for step in steps])
    halves = words.astype("<u8").view("<u4").reshape(len(steps), -1)[:, :size]
    return (halves >= np.uint32(min(round(rate * 2**32), 2**32 - 1))).reshape(len(steps), *shape)


def augmentation_numbers(
    seed: int, augmentation: str, epoch: int, step: int, images: int, count: int
) -> NDArray[np.float32]:
    """Values of [0, 1) with 24 random bits, float32 [images, count]; one stream per step."""
    words = raw(seed, f"augmentation {augmentation}", epoch, step, size=-(-images * count // 2))
    halves = words.astype("<u8").view("<u4")[: images * count] >> np.uint32(8)
    return (halves.astype(np.float32) * np.float32(2.0**-24)).reshape(images, count)


def initial_weights(architecture: Architecture, seed: int) -> dict[str, NDArray[np.float32]]:
    """All parameters and running statistics of a fresh network, float32, in the canonical layout.

    They are rounded to float32 whatever the precision of the run, so that a float64 run starts at the same point.
    """
    weights: dict[str, NDArray[np.float32]] = {}
    for shaped in architecture.all_layers:
        constants = {f"{shaped.name}.{key}": value for key, value in shaped.layer.initial.items()}
        fan = shaped.layer.parameters(shaped.input_shape).get("weight", (1, 1))
        fans = {f"{shaped.name}.{key}": shape for key, shape in shaped.layer.fans(shaped.input_shape).items()}
        for name, shape in shaped.parameters.items():
            if name in constants:
                weights[name] = np.full(shape, constants[name], dtype=np.float32)
            else:
                weights[name] = _draw(architecture.initializer, seed, name, shape, fans.get(name, fan))
        for name, shape in shaped.statistics.items():
            weights[name] = np.full(shape, constants.get(name, 0.0), dtype=np.float32)
    return weights


def _draw(initializer: Initializer, seed: int, name: str, shape: Shape, weight: Shape) -> NDArray[np.float32]:
    if len(weight) < 2:
        raise ArchitectureError(
            f"{name} is drawn by the shape of its layer's weight, {list(weight)}, which needs two dimensions or more. "
            "Give the class of the layer an `initial` for its arrays."
        )
    receptive = int(np.prod(weight[2:]))
    fan_in, fan_out = weight[1] * receptive, weight[0] * receptive
    is_bias = "bias" in name.rpartition(".")[2]
    if is_bias and initializer != "fan_in_uniform":
        return np.zeros(shape, dtype=np.float32)
    size = int(np.prod(shape))
    if initializer == "he_normal":
        values = sqrt(2 / fan_in) * _normal(seed, name, size)
    else:
        bound = sqrt(1 / fan_in) if initializer == "fan_in_uniform" else sqrt(6 / (fan_in + fan_out))
        values = bound * (2 * uniform(seed, f"weights {name}", size=size) - 1)
    return values.reshape(shape).astype(np.float32)


def _normal(seed: int, name: str, size: int) -> NDArray[np.float64]:
    """Box and Muller's transform: exact, and independent of NumPy's version."""
    first, second = uniform(seed, f"weights {name}", size=2 * size).reshape(2, size)
    return np.asarray(np.sqrt(-2 * np.log1p(-first)) * np.cos(2 * np.pi * second))
