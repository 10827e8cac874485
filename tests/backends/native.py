"""What the worker asks of a framework itself: its own count of parameters, and its own reading of MNIST."""

import gzip
import inspect
import shutil
from importlib import import_module
from itertools import product

import numpy as np
from backend_cases import OPTIMIZERS

from mnist_compare.data.sources import MNIST_FOLDER
from mnist_compare.defaults import own_optimizer
from mnist_compare.io.float32 import round_constants
from mnist_compare.recipe import Adadelta, Adagrad, Adamax, AdamW, Lion, NAdam, Recipe, RMSprop

RATES = (0.01, 0.03, 0.002)
HOMES = {
    "keras": {
        "": "keras.optimizers.",
        "NAdam": "keras.optimizers.Nadam",
        "BatchNorm": "keras.layers.BatchNormalization",
        "LayerNorm": "keras.layers.LayerNormalization",
        "InstanceNorm": "keras.layers.GroupNormalization",
        "GroupNorm": "keras.layers.GroupNormalization",
        "LeakyReLU": "keras.layers.LeakyReLU",
    },
    "paddle": {"": "paddle.optimizer.", "RMSprop": "paddle.optimizer.RMSProp"},
}
"""Where a framework has what our kinds of layers and optimizers are, by their names."""
THEIRS = {
    "keras": {name: name for name in ("epsilon", "rho", "momentum", "weight_decay")}
    | {"first_sum": "initial_accumulator_value", "slope": "negative_slope"},
    "paddle": {name: name for name in ("epsilon", "rho")},
}
"""What a framework calls a number."""


def count_parameters(experiment):
    """The number of trained values by the framework's own count; None for a backend that this suite does not know."""
    match experiment.backend.name:
        case "torch":
            return sum(one.numel() for one in experiment._model.parameters() if one.requires_grad)
        case "keras":
            return sum(int(np.prod(variable.shape)) for variable in experiment._model.trainable_variables)
        case "paddle":
            return sum(int(p.size) for p in experiment._optimizer._parameter_list if not p.stop_gradient)
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
    if backend not in ("keras", "paddle"):
        return {}
    defaults, homes = import_module(f"mnist_compare_{backend}.defaults"), HOMES[backend]
    found = {}
    for number in (number for default in defaults.DEFAULTS for number in default.numbers):
        kind, field = number.kind.__name__, number.field
        if field in THEIRS[backend]:
            module, _, name = homes.get(kind, f"{homes['']}{kind}").rpartition(".")
            parameters = inspect.signature(getattr(import_module(module), name)).parameters
            has = parameters[THEIRS[backend][field]].default
            found[f"{kind}.{field}"] = [number.value, 1 - has if (kind, field) == ("BatchNorm", "momentum") else has]
    return found


def own_updates(backend):
    """Three steps of a weight by a framework's own optimizers, and by ours with all of its defaults."""
    if backend == "keras":
        return updates_of_keras()
    return updates_of_paddle() if backend == "paddle" else {}


def updates_of_keras():
    import keras
    import tensorflow as tf

    from mnist_compare_keras.defaults import DEFAULTS
    from mnist_compare_keras.optimizers.native import make_native_optimizer, make_own_optimizer

    found, everything = {}, frozenset(default.name for default in DEFAULTS)
    recipes = {name: OPTIMIZERS[name][0] for name in ("sgd", "nesterov", "adam")} | {"adamw_default": AdamW(0.01)}
    recipes |= {"adadelta": Adadelta(weight_decay=0.01), "rmsprop": RMSprop(momentum=0.8, centered=True)}
    recipes |= {"adagrad": Adagrad(), "adamax": Adamax(), "lion": Lion(weight_decay=0.1)}
    for (name, asked), dtype in product(recipes.items(), ("float64", "float32")):
        recipe = own_optimizer(Recipe(optimizer=asked), DEFAULTS, everything)
        keras.config.set_floatx(dtype)
        for kind, optimizer in (
            ("own", make_native_optimizer(recipe)),
            ("ours", make_own_optimizer(recipe, everything)),
        ):
            weight = keras.Variable(np.linspace(-1, 1, 7), dtype=dtype)
            optimizer.build([weight])
            for number, rate in enumerate(RATES, 1):
                if kind == "own":
                    optimizer.learning_rate.assign(rate)
                else:
                    optimizer.rate, optimizer.number = tf.constant(rate, tf.float64), tf.constant(number, tf.int64)
                optimizer.apply([tf.cast(tf.sin(weight.value * 7 * number), dtype)], [weight])
            found[f"updates/{name}/{dtype}/{kind}"] = np.array(weight)
    return found


def updates_of_paddle():
    import paddle

    from mnist_compare_paddle.defaults import DEFAULTS
    from mnist_compare_paddle.optimizers.native import make_native_optimizer, make_own_optimizer

    found, everything = {}, frozenset(default.name for default in DEFAULTS)
    paddle.set_default_dtype("float64")
    recipes = {"rmsprop": RMSprop(), "centered": RMSprop(momentum=0.8, centered=True), "adamax": Adamax()}
    for name, asked in (recipes | {"nadam": NAdam(0.01, weight_decay=0.1)}).items():
        # Paddle keeps them as float32.
        recipe = round_constants(own_optimizer(Recipe(optimizer=asked), DEFAULTS, everything))
        for kind in ("own", "ours"):
            weight = paddle.create_parameter([7], "float64")
            weight.set_value(np.linspace(-1, 1, 7))
            own = make_native_optimizer(recipe, [weight])
            optimizer = own if kind == "own" else make_own_optimizer(recipe, [weight], everything)
            for number, rate in enumerate(RATES, 1):
                optimizer.set_lr(rate)
                (weight * np.sin(weight.numpy() * 7 * number)).sum().backward()
                optimizer.step()
                optimizer.clear_grad()
            found[f"updates/{name}/{kind}"] = weight.numpy()
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
