"""GoogLeNet (2014): branches side by side, and two auxiliary losses on the way; with batch norms, as torchvision."""

from mnist_compare.architecture import (
    AdaptiveAveragePooling,
    Architecture,
    Auxiliary,
    BatchNorm,
    Branches,
    Convolution,
    Dropout,
    Flatten,
    GlobalAveragePooling,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
)
from mnist_compare.architecture.layers import Features

SOURCE = (
    "Szegedy and others: Going Deeper with Convolutions (2014), with a batch norm behind each convolution and 3x3 in "
    "place of 5x5 convolutions, as torchvision has it"
)
SMALL = f"{SOURCE}; for small images with a first convolution of 3x3 and stride 2, without the two poolings behind it"

Layers = tuple[Layer, ...]
Channels = tuple[int, int, int, int, int, int]

INCEPTIONS: dict[str, Channels] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Channels of the 1x1 branch, of both convolutions of the two 3x3 branches, and behind the pooling."""


def convolution(channels: int, kernel: int, stride: int = 1) -> Layers:
    """A convolution that keeps the size but for its stride, its batch norm, and a ReLU."""
    return (
        Convolution(channels, kernel, padding=kernel // 2, stride=stride, bias=False),
        BatchNorm(epsilon=0.001),
        ReLU(),
    )


def inception(name: str) -> Branches:
    """Four branches side by side."""
    one, before_a, a, before_b, b, pooled = INCEPTIONS[name]
    return Branches(
        (
            convolution(one, 1),
            (*convolution(before_a, 1), *convolution(a, 3)),
            (*convolution(before_b, 1), *convolution(b, 3)),
            (MaxPooling(3, 1, padding=1), *convolution(pooled, 1)),
        )
    )


def _inceptions(names: str) -> Layers:
    return tuple(inception(name) for name in names.split())


def _network(stem: Layers, size: int, classes: Features) -> Layers:
    """`size` is the side of the image that auxiliary heads pool to."""

    def head() -> Auxiliary:
        features = (Flatten(), Linear(1024), ReLU(), Dropout(0.7), Linear(classes))
        return Auxiliary((AdaptiveAveragePooling(size), *convolution(128, 1), *features), 0.3)

    pooling = MaxPooling(3, 2, padding=1)
    return (
        *stem,
        *_inceptions("3a 3b"),
        pooling,
        *_inceptions("4a"),
        head(),
        *_inceptions("4b 4c 4d"),
        head(),
        *_inceptions("4e"),
        pooling,
        *_inceptions("5a 5b"),
        GlobalAveragePooling(),
        Flatten(),
        Dropout(0.2),
        Linear(classes),
    )


GOOGLENET = Architecture(
    "googlenet",
    _network((*convolution(64, 3, 2), *convolution(64, 1), *convolution(192, 3)), 4, "classes"),
    initializer="he_normal",
    recipe="classic",
    source=SMALL,
)
_POOLING = MaxPooling(3, 2, padding=1)
GOOGLENET_IMAGENET = Architecture(
    "googlenet_imagenet",
    _network(
        (*convolution(64, 7, 2), _POOLING, *convolution(64, 1), *convolution(192, 3), _POOLING),
        4,
        "classes",
    ),
    input_shape=(3, 224, 224),
    classes=1000,
    initializer="he_normal",
    recipe="imagenet",
    source=SOURCE,
)
