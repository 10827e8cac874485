"""The network of Paddle's own MNIST example, which it calls LeNet: no activation stands between its linear layers."""

from mnist_compare.architecture import Architecture, Convolution, Flatten, Linear, MaxPooling, ReLU

PADDLE_EXAMPLE = Architecture(
    name="paddle_example",
    layers=(
        Convolution(6, 3, padding=1),
        ReLU(),
        MaxPooling(2),
        Convolution(16, 5),
        ReLU(),
        MaxPooling(2),
        Flatten(),
        Linear(120),
        Linear(84),
        Linear("classes"),
    ),
    initializer="glorot_uniform",
    recipe="paddle_example",
    source="Paddle's own MNIST example, its LeNet",
)
