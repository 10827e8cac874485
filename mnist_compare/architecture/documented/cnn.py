"""A small convolutional network: two convolutions with pooling, one linear layer."""

from mnist_compare.architecture import Architecture, Convolution, Flatten, Linear, MaxPooling, ReLU

CNN = Architecture(
    name="cnn",
    layers=(
        Convolution(8, 3, padding=1),
        ReLU(),
        MaxPooling(2),
        Convolution(16, 3, padding=1),
        ReLU(),
        MaxPooling(2),
        Flatten(),
        Linear("classes"),
    ),
    recipe="cnn",
    source="PyTorch tutorial: convolutional network",
)
