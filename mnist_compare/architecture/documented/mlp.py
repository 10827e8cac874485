"""A multilayer perceptron with two hidden layers of 256."""

from mnist_compare.architecture import Architecture, Flatten, Linear, ReLU

MLP = Architecture(
    name="mlp",
    layers=(Flatten(), Linear(256), ReLU(), Linear(256), ReLU(), Linear("classes")),
    recipe="mlp",
    source="PyTorch tutorial: multilayer perceptron",
)
