"""What the worker asks of a framework itself: its own count of parameters, and its own reading of MNIST."""

import gzip
import shutil
from itertools import product

import numpy as np

from mnist_compare.data.sources import MNIST_FOLDER


def count_parameters(experiment):
    """The number of trained values by the framework's own count; None for a backend that this suite does not know."""
    match experiment.backend.name:
        case "torch":
            return sum(parameter.numel() for parameter in experiment._model.parameters())
        case "keras":
            return sum(int(np.prod(variable.shape)) for variable in experiment._model.trainable_variables)
        case "paddle":
            return sum(int(p.size) for p in experiment._model.parameters() if not p.stop_gradient)
        case "numpy":
            return sum(a.size for m in experiment.modules.values() for k, a in m.arrays.items() if "running" not in k)
    return None


def native_dataset(backend, folder):
    """MNIST as the framework's own reader gives it, brought into the shared form; None where it has no reader."""
    readers = {"torch": read_torch, "keras": read_keras, "paddle": read_paddle}
    return readers[backend](folder) if backend in readers else None


def own_numbers(backend):
    """The numbers that a backend has declared as its framework's own, and those that the framework has: pairs by name.

    None where it has declared none.
    """
    if backend != "keras":
        return {}
    import keras

    from mnist_compare_keras.defaults import DEFAULTS

    words = {"momentum": lambda norm: 1 - norm.momentum}
    kinds = {
        "BatchNorm": keras.layers.BatchNormalization,
        "LayerNorm": keras.layers.LayerNormalization,
        "InstanceNorm": keras.layers.GroupNormalization,
        "GroupNorm": keras.layers.GroupNormalization,
        "Adam": keras.optimizers.Adam,
        "AdamW": keras.optimizers.AdamW,
    }
    return {
        f"{number.kind.__name__}.{number.field}": [
            number.value,
            words.get(number.field, lambda made, field=number.field: getattr(made, field))(
                kinds[number.kind.__name__]()
            ),
        ]
        for default in DEFAULTS
        for number in default.numbers
    }


def own_updates(backend):
    """Three steps of two weights by Keras's own optimizers, and by ours with all of Keras's defaults."""
    if backend != "keras":
        return {}
    import keras
    import tensorflow as tf
    from backend_cases import OPTIMIZERS

    from mnist_compare.defaults import own_optimizer
    from mnist_compare.recipe import AdamW, Recipe
    from mnist_compare_keras.defaults import DEFAULTS
    from mnist_compare_keras.native import make_native_optimizer, make_own_optimizer

    found, everything = {}, frozenset(default.name for default in DEFAULTS)
    recipes = {name: OPTIMIZERS[name][0] for name in ("sgd", "nesterov", "adam")} | {"adamw_default": AdamW(0.01)}
    for (name, asked), dtype in product(recipes.items(), ("float64", "float32")):
        recipe = own_optimizer(Recipe(optimizer=asked), DEFAULTS, everything)
        keras.config.set_floatx(dtype)
        for kind, optimizer in (
            ("keras", make_native_optimizer(recipe)),
            ("ours", make_own_optimizer(recipe, everything)),
        ):
            weight = keras.Variable(np.linspace(-1, 1, 7), dtype=dtype)
            optimizer.build([weight])
            for number, rate in enumerate((0.01, 0.03, 0.002), 1):
                if kind == "keras":
                    optimizer.learning_rate.assign(rate)
                else:
                    optimizer.rate, optimizer.number = tf.constant(rate, tf.float64), tf.constant(number, tf.int64)
                optimizer.apply([tf.cast(tf.sin(weight.value * 7 * number), dtype)], [weight])
            found[f"updates/{name}/{dtype}/{kind}"] = np.array(weight)
    return found


def read_torch(folder):
    import torch

    # torchvision registers shapes for its compiled operators, which its wheel does not load beside some builds
    # of torch; the data sets need none of them.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in (
        "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
        "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    ):
        try:
            library.define(schema)
        except RuntimeError:
            continue  # a complete build has it
    from torchvision.datasets import MNIST

    from mnist_compare_torch import dataset

    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in MNIST_FOLDER.glob("*.gz"):
        with gzip.open(path) as packed, (raw / path.stem).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    return dataset(MNIST(folder, train=True), MNIST(folder, train=False))


def read_keras(folder):
    from mnist_compare_keras import dataset

    def read(name, offset, shape):
        return np.frombuffer(gzip.decompress((MNIST_FOLDER / name).read_bytes()), np.uint8, offset=offset).reshape(
            shape
        )

    train, test = (
        (read(f"{part}-images-idx3-ubyte.gz", 16, (-1, 28, 28)), read(f"{part}-labels-idx1-ubyte.gz", 8, -1))
        for part in ("train", "t10k")
    )
    return dataset(train, test)


def read_paddle(folder):
    from paddle.vision.datasets import MNIST

    from mnist_compare_paddle import dataset

    def read(part, mode):
        images, labels = (MNIST_FOLDER / f"{part}-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1"))
        return MNIST(str(images), str(labels), mode, download=False)

    return dataset(read("train", "train"), read("t10k", "test"))
