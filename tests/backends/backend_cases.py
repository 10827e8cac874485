"""What every backend computes in this suite: networks, recipes and data, the same in the worker and in the tests."""

from functools import cache

import msgspec
import numpy as np

from mnist_compare.architecture import (
    Architecture,
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Linear,
    MaxPooling,
    ReLU,
)
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.data import Dataset, load_dataset, normalize, subset
from mnist_compare.recipe import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    Recipe,
    RMSprop,
    find_recipe,
)
from mnist_compare.recipe.schedules import Constant, Cosine, OneCycle, Step

STEPS = 12
TRAIN_SIZE = 600  # 64 does not divide it, so the last batch of 24 is among the steps
LOGITS_IMAGES = {"float32": 16, "float64": 4}
SAME_KINDS = ("alexnet", "pytorch_example", "keras_example", "paddle_example", "rnn", "gru", "lstm", "vit")
"""Networks of layers that the others have too: their weights show nothing new, and alexnet has 57 million of them."""
LOGITS = [(precision, name) for precision in LOGITS_IMAGES for name in ARCHITECTURES]
for name in SAME_KINDS:
    LOGITS.remove(("float64", name))

STRIDED = Architecture(
    "strided",
    (
        Convolution(6, 3, padding=1, stride=2, bias=False),
        BatchNorm(momentum=0.25, epsilon=1e-3),
        ReLU(),
        Convolution(8, 4, padding=2, stride=3),
        Dropout(0.3),
        ReLU(),
        Flatten(),
        Linear(24, bias=False),
        BatchNorm(),
        ReLU(),
        Dropout(0.2),
        Linear(10, bias=False),
    ),
    initializer="he_normal",
)
OVERLAPPING = Architecture(
    "overlapping",
    (
        MaxPooling(3, stride=2),
        Convolution(5, 3, padding=2),
        ReLU(),
        MaxPooling(4, stride=3),
        Dropout(0.5),
        Flatten(),
        Dropout(0.1),
        Linear(10),
    ),
    initializer="glorot_uniform",
)
SMALL = Architecture("small", (Flatten(), Linear(12), ReLU(), Dropout(0.2), Linear(10)), initializer="he_normal")
COLOURED = Architecture(
    "coloured",
    (
        Convolution(6, 3, padding=1),
        BatchNorm(),
        ReLU(),
        MaxPooling(2),
        Convolution(4, 3),
        ReLU(),
        Flatten(),
        Dropout(0.2),
        Linear("classes"),
    ),
).fitted_to((3, 8, 10), 5)
"""For images with colours, wider than high, of five classes."""
VARIANTS = {variant.name: variant for variant in (STRIDED, OVERLAPPING)}

OPTIMIZERS = {
    "sgd": (SGD(0.05), Cosine(0.1)),
    "momentum": (SGD(0.05, momentum=0.9), Step(1, 0.3)),
    "nesterov": (SGD(0.05, momentum=0.8, nesterov=True, weight_decay=0.01), OneCycle(0.3)),
    # A weight whose decay cancels its gradient is moved by rounding noise over epsilon: 1e-6 keeps that below 1e-12.
    "adam": (Adam(0.003, epsilon=1e-6, weight_decay=0.02), Cosine()),
    "adamw": (AdamW(0.003, weight_decay=0.1), OneCycle(0.5)),
    "adam_large_epsilon": (Adam(0.01, beta1=0.8, beta2=0.95, epsilon=1e-3), Constant()),
}
FURTHER_OPTIMIZERS = {
    "adadelta": (Adadelta(0.5, weight_decay=0.01), OneCycle(0.3)),
    "rmsprop": (RMSprop(0.003, epsilon=1e-6), Cosine()),
    "centered_rmsprop": (RMSprop(0.003, epsilon=1e-6, momentum=0.8, centered=True, weight_decay=0.01), OneCycle(0.3)),
    "adagrad": (Adagrad(0.02, epsilon=1e-6, first_sum=0.05, weight_decay=0.01), OneCycle(0.3)),
    "nadam": (NAdam(0.004, epsilon=1e-6, weight_decay=0.02), Step(1, 0.5)),
    "adamax": (Adamax(0.004, epsilon=1e-6, weight_decay=0.02), OneCycle(0.3)),
    "lion": (Lion(0.001, weight_decay=0.1), OneCycle(0.3)),
}
"""What trains the network `small` for ten steps."""
FURTHER_FIELDS = {
    "clipped": {"clip_value": 0.02, "clip_norm": 0.3},
    "weighted": {"label_smoothing": 0.2, "class_weights": tuple(0.5 + 0.3 * i for i in range(10)), "warmup": 3},
    "averaged": {"ema_decay": 0.9},
}
"""What a recipe with momentum has besides, which trains the network `small` for ten steps."""
FURTHER = (*FURTHER_OPTIMIZERS, *FURTHER_FIELDS)
TUNED = ("cnn", "convnet", "strided", "overlapping")
"""What is trained plain, too: networks in which passes change something."""
OWN_DEFAULTS = {
    "adamw": (STRIDED, Recipe("adamw", optimizer=AdamW(0.003), schedule=OneCycle(0.3), epochs=1)),
    "nesterov": (STRIDED, Recipe("nesterov", optimizer=OPTIMIZERS["nesterov"][0], schedule=OneCycle(0.3), epochs=1)),
} | {
    optimizer.title: (SMALL, Recipe(optimizer.title, optimizer=optimizer, schedule=OneCycle(0.3), epochs=1))
    for optimizer in (RMSprop(0.003, momentum=0.8), Adagrad(0.02), NAdam(0.004))
}
"""What is trained in matched and native mode, and with the defaults of a framework alone."""
OF_UPDATES = ("epsilon", "momentum-form", "weight-decay", "rho", "first-sum", "momentum-decay")
"""Defaults of optimizers: they change what a step does."""
HANDED_OVER = ("momentum", "adam", "adamw")
RESUMED = [("float32", name) for name in HANDED_OVER] + [("float64", "adam")]


def optimizer_recipe(name):
    """A recipe of two epochs in float64, whose learning rate changes."""
    optimizer, schedule = (OPTIMIZERS | FURTHER_OPTIMIZERS)[name]
    return Recipe(name, optimizer=optimizer, schedule=schedule, batch_size=64, epochs=2, precision="float64")


def further_recipe(name):
    """That of a name in FURTHER: batches of 60."""
    optimizer = "momentum" if name in FURTHER_FIELDS else name
    return optimizer_recipe(optimizer).changed(batch_size=60, **FURTHER_FIELDS.get(name, {}))


def documented(name, precision):
    """A documented network with its recipe in a precision."""
    architecture = ARCHITECTURES[name]
    return architecture, msgspec.structs.replace(find_recipe(architecture.recipe), precision=precision)


def training_cases():
    """What is trained for STEPS steps in float64: name -> (architecture, recipe)."""
    cases = {name: documented(name, "float64") for name in ("linear", "mlp", "cnn", "lenet", "convnet")}
    cases |= {f"strided_{name}": (STRIDED, optimizer_recipe(name)) for name in OPTIMIZERS if name != "momentum"}
    return cases | {name: (variant, optimizer_recipe("momentum")) for name, variant in VARIANTS.items()}


def few_arrays(precision="float64"):
    """A set whose epoch is three steps of 64 images and one of 8."""
    return arrays(precision, 200, 64)


@cache
def arrays(precision, train_size=TRAIN_SIZE, test_size=256):
    """Some of MNIST, normalized."""
    return normalize(subset(load_dataset("mnist"), train_size=train_size, test_size=test_size), "unit", precision)


def coloured_arrays():
    """Invented images for COLOURED, with a mean and a deviation for each channel: four steps of 64 and one of 44."""
    generator = np.random.default_rng(8)
    labels = generator.integers(0, 5, 300)
    images = generator.integers(0, 256, (300, *COLOURED.input_shape), dtype=np.uint8)
    data = Dataset.from_arrays(images, labels, images[:50], labels[:50])
    return normalize(data, "standard", "float64")


def invented_weights(architecture):
    """Weights that no initializer makes, every value another, so that a mix-up of axes is seen."""
    generator = np.random.default_rng(7)
    shapes = architecture.parameters | architecture.statistics
    return {name: generator.uniform(0.1, 1.0, shape) for name, shape in shapes.items()}
