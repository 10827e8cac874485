"""The convolutional network of the Keras tutorials, in the line of LeNet."""

from mnist_compare.architecture import Architecture, Convolution, Flatten, Linear, MaxPooling, ReLU

LENET = Architecture(
    name="lenet",
    layers=(
        Convolution(32, 3),
        ReLU(),
        MaxPooling(2),
        Convolution(64, 3),
        ReLU(),
        MaxPooling(2),
        Flatten(),
        Linear(64),
        ReLU(),
        Linear("classes"),
    ),
    initializer="glorot_uniform",
    recipe="lenet",
    source="Keras tutorial: convolutional network",
)
