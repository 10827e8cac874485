"""Convolutions with batch normalization and dropout."""

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

CONVNET = Architecture(
    name="convnet",
    layers=(
        Convolution(10, 5, padding=1),
        MaxPooling(2),
        ReLU(),
        BatchNorm(),
        Convolution(20, 5, padding=1),
        MaxPooling(2),
        ReLU(),
        BatchNorm(),
        Flatten(),
        Linear(60),
        Dropout(0.5),
        ReLU(),
        Linear(20),
        Dropout(0.5),
        ReLU(),
        Linear("classes"),
    ),
    recipe="convnet",
    source="PyTorch tutorial: convolutions with batch normalization and dropout",
)
