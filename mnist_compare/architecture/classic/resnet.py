"""ResNet (2015): every two or three convolutions, their input is added to what they make of it."""

from typing import Any

from mnist_compare.architecture import (
    Architecture,
    BatchNorm,
    Convolution,
    Flatten,
    GlobalAveragePooling,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
    Residual,
)

SOURCE = "He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition (2015)"
SMALL = f"{SOURCE}; for small images with one 3x3 convolution of stride 1 in place of the first 7x7 one and its pooling"

Layers = tuple[Layer, ...]


def convolution(channels: int, kernel: int, stride: int = 1) -> Layers:
    """A convolution that keeps the size of the image but for its stride, and the batch norm behind it."""
    return (Convolution(channels, kernel, padding=kernel // 2, stride=stride, bias=False), BatchNorm())


def basic_block(before: int, channels: int, stride: int) -> Layers:
    """Two 3x3 convolutions."""
    body = (*convolution(channels, 3, stride), ReLU(), *convolution(channels, 3))
    return _block(body, before, channels, stride)


def bottleneck_block(before: int, channels: int, stride: int) -> Layers:
    """1x1, 3x3 and 1x1 convolutions, the last with four times the channels; the stride stands in the second."""
    body = (
        *convolution(channels, 1),
        ReLU(),
        *convolution(channels, 3, stride),
        ReLU(),
        *convolution(4 * channels, 1),
    )
    return _block(body, before, 4 * channels, stride)


def _block(body: Layers, before: int, after: int, stride: int) -> Layers:
    shortcut = () if before == after and stride == 1 else convolution(after, 1, stride)
    return (Residual(body, shortcut), ReLU())


BLOCKS: dict[int, tuple[Any, tuple[int, ...], int]] = {
    18: (basic_block, (2, 2, 2, 2), 1),
    34: (basic_block, (3, 4, 6, 3), 1),
    50: (bottleneck_block, (3, 4, 6, 3), 4),
    101: (bottleneck_block, (3, 4, 23, 3), 4),
    152: (bottleneck_block, (3, 8, 36, 3), 4),
}
"""By the number of layers with weights: the kind of block, how many each stage has, and by how much a block widens."""


def stages(depth: int, width: int) -> Layers:
    """The four stages: each but the first halves the sides of the image and doubles the channels."""
    make, counts, wider = BLOCKS[depth]
    layers: list[Layer] = []
    before = width
    for stage, count in enumerate(counts):
        channels = width * 2**stage
        for number in range(count):
            layers += make(before, channels, 2 if stage and not number else 1)
            before = wider * channels
    return tuple(layers)


def resnet(depth: int, width: int = 64, name: str = "") -> Architecture:
    """For small images; of 18, 34, 50, 101 or 152 layers. `width` is the channels of the first stage, 64 as published.

    >>> resnet(18).parameter_count
    11172810
    """
    layers = (
        *convolution(width, 3),
        ReLU(),
        *stages(depth, width),
        GlobalAveragePooling(),
        Flatten(),
        Linear("classes"),
    )
    return Architecture(name or f"resnet{depth}", layers, initializer="he_normal", recipe="classic", source=SMALL)


def resnet_imagenet(depth: int) -> Architecture:
    """As published, for 3x224x224 and 1,000 classes.

    >>> resnet_imagenet(101).parameter_count
    44549160
    """
    stem = (*convolution(64, 7, 2), ReLU(), MaxPooling(3, 2, padding=1))
    return Architecture(
        f"resnet{depth}_imagenet",
        (*stem, *stages(depth, 64), GlobalAveragePooling(), Flatten(), Linear("classes")),
        input_shape=(3, 224, 224),
        classes=1000,
        initializer="he_normal",
        recipe="imagenet",
        source=SOURCE,
    )


RESNET18, RESNET34, RESNET50 = (resnet(depth) for depth in (18, 34, 50))
RESNET18_NARROW = resnet(18, width=16, name="resnet18_narrow")
RESNET18_IMAGENET, RESNET34_IMAGENET, RESNET50_IMAGENET = (resnet_imagenet(depth) for depth in (18, 34, 50))
