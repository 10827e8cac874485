"""LeNet-5 (1998): tanh and average pooling."""

from mnist_compare.architecture import Architecture, AveragePooling, Convolution, Flatten, Linear, Tanh

LENET5 = Architecture(
    "lenet5",
    (
        Convolution(6, 5, padding=2),
        Tanh(),
        AveragePooling(2),
        Convolution(16, 5),
        Tanh(),
        AveragePooling(2),
        Convolution(120, 5),
        Tanh(),
        Flatten(),
        Linear(84),
        Tanh(),
        Linear("classes"),
    ),
    initializer="glorot_uniform",
    recipe="classic",
    source="LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition (1998); every map "
    "of the second convolution sees all maps of the first, poolings have no weights, and the output is linear",
)
