"""The classic networks, for images of 28x28, and in their published size."""

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.classic.googlenet import GOOGLENET, GOOGLENET_IMAGENET
from mnist_compare.architecture.classic.lenet5 import LENET5
from mnist_compare.architecture.classic.resnet import (
    RESNET18,
    RESNET18_IMAGENET,
    RESNET18_NARROW,
    RESNET34,
    RESNET34_IMAGENET,
    RESNET50,
    RESNET50_IMAGENET,
)
from mnist_compare.architecture.classic.vgg import VGG11, VGG16, VGG16_IMAGENET, VGG19, VGG19_IMAGENET

_SMALL = (LENET5, VGG11, VGG16, VGG19, GOOGLENET, RESNET18_NARROW, RESNET18, RESNET34, RESNET50)
_PUBLISHED = (
    VGG16_IMAGENET,
    VGG19_IMAGENET,
    GOOGLENET_IMAGENET,
    RESNET18_IMAGENET,
    RESNET34_IMAGENET,
    RESNET50_IMAGENET,
)
CLASSIC: dict[str, Architecture] = {network.name: network for network in _SMALL}
IMAGENET: dict[str, Architecture] = {network.name: network for network in _PUBLISHED}
"""For 3x224x224 and 1,000 classes: to be shown and counted, and for their logits."""
