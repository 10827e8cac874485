"""The network of PyTorch's own MNIST example."""

from mnist_compare.architecture import Architecture, Convolution, Dropout, Flatten, Linear, MaxPooling, ReLU

PYTORCH_EXAMPLE = Architecture(
    name="pytorch_example",
    layers=(
        Convolution(32, 3),
        ReLU(),
        Convolution(64, 3),
        ReLU(),
        MaxPooling(2),
        Dropout(0.25),
        Flatten(),
        Linear(128),
        ReLU(),
        Dropout(0.5),
        Linear("classes"),
    ),
    recipe="pytorch_example",
    source="PyTorch's own MNIST example",
)
