"""VGG (2014): 3x3 convolutions throughout, and a pooling whenever the channels are doubled."""

from mnist_compare.architecture import (
    Architecture,
    Convolution,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPooling,
    ReLU,
)

SOURCE = "Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition (2014)"
SMALL = (
    f"{SOURCE}; for small images without the last pooling, and with one linear layer of 512 features in place of two "
    "of 4,096"
)

CONVOLUTIONS: dict[int, tuple[int, ...]] = {11: (1, 1, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""By the number of layers with weights: how many convolutions stand before each pooling."""
CHANNELS = (64, 128, 256, 512, 512)


def body(depth: int, *, poolings: int) -> tuple[Layer, ...]:
    """The convolutions, and so many of the five poolings behind them."""
    layers: list[Layer] = []
    for number, (count, channels) in enumerate(zip(CONVOLUTIONS[depth], CHANNELS, strict=True)):
        layers += [Convolution(channels, 3, padding=1), ReLU()] * count
        layers += [MaxPooling(2)] if number < poolings else []
    return tuple(layers)


def vgg(depth: int) -> Architecture:
    """For small images; of 11, 16 or 19 layers, fewer by one linear layer."""
    layers = (*body(depth, poolings=4), Flatten(), Linear(512), ReLU(), Dropout(0.5), Linear("classes"))
    return Architecture(f"vgg{depth}", layers, initializer="he_normal", recipe="classic", source=SMALL)


def vgg_imagenet(depth: int) -> Architecture:
    """As published, for 3x224x224 and 1,000 classes."""
    head = (Linear(4096), ReLU(), Dropout(0.5), Linear(4096), ReLU(), Dropout(0.5), Linear("classes"))
    return Architecture(
        f"vgg{depth}_imagenet",
        (*body(depth, poolings=5), Flatten(), *head),
        input_shape=(3, 224, 224),
        classes=1000,
        initializer="he_normal",
        recipe="imagenet",
        source=SOURCE,
    )


VGG11, VGG16, VGG19 = (vgg(depth) for depth in CONVOLUTIONS)
VGG16_IMAGENET, VGG19_IMAGENET = (vgg_imagenet(depth) for depth in (16, 19))
