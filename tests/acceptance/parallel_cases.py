"""What is trained by one process and by several, in float64, on the same few images."""

from msgspec.structs import replace

from mnist_compare import (
    Adam,
    Architecture,
    BatchNorm,
    Convolution,
    Flatten,
    Linear,
    MaxPooling,
    Recipe,
    ReLU,
    load_dataset,
    subset,
)
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.data import normalize
from mnist_compare.recipe.augmentations import MixUp, Shift

STEPS = 50
IMAGES = 1261
"""The last of the batches of 64 has 45 images, which two processes cannot share evenly."""

NORMALIZED = Architecture(
    "normalized", (Convolution(4, 3, bias=False), BatchNorm(), ReLU(), MaxPooling(4), Flatten(), Linear(10))
)
MLP = Architecture("small", (MaxPooling(4), Flatten(), Linear(16), ReLU(), Linear(10)))
WEIGHTED = Recipe(
    "weighted",
    optimizer=Adam(0.01),
    batch_size=33,
    class_weights=(1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 1.0, 0.25, 1.0, 1.5),
    label_smoothing=0.1,
    clip_norm=0.5,
    ema_decay=0.9,
    precision="float64",
)


def documented(name, execution="eager"):
    """A documented network with its own recipe, in float64."""
    architecture = find_architecture(name)
    return architecture, replace(default_recipe(architecture), precision="float64"), execution


PLAIN = Recipe("plain", precision="float64")
CASES = {
    "mlp": documented("mlp"),
    "cnn": documented("cnn"),
    "cnn compiled": documented("cnn", "compiled"),
    "weighted": (MLP, WEIGHTED, "eager"),
    "augmented": (MLP, Recipe("augmented", augmentation=(Shift(), MixUp()), precision="float64"), "eager"),
    "normalized": (NORMALIZED, PLAIN, "eager"),
}
"""By name: network, recipe and execution."""


def images(recipe):
    """Those that a recipe asks for, few of them."""
    return normalize(
        subset(load_dataset("mnist"), train_size=IMAGES, test_size=100), recipe.normalization, recipe.dtype
    )
