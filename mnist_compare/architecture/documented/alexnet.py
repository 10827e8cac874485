"""AlexNet cut to 28 x 28 pixels: 57 million parameters."""

from mnist_compare.architecture import Architecture, Convolution, Dropout, Flatten, Linear, MaxPooling, ReLU

ALEXNET = Architecture(
    name="alexnet",
    layers=(
        Convolution(64, 5, padding=2),
        ReLU(),
        MaxPooling(3, stride=1),
        Convolution(192, 3, padding=2),
        ReLU(),
        MaxPooling(3, stride=2),
        Convolution(384, 3, padding=1),
        ReLU(),
        Convolution(256, 3, padding=1),
        ReLU(),
        Convolution(256, 3, padding=1),
        ReLU(),
        MaxPooling(3, stride=2),
        Flatten(),
        Dropout(0.5),
        Linear(4096),
        ReLU(),
        Dropout(0.5),
        Linear(4096),
        ReLU(),
        Linear("classes"),
    ),
    recipe="convnet",
    source="PyTorch tutorial: AlexNet for MNIST",
)
