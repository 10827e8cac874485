"""The network of Keras's own MNIST example.

That takes the last tenth of the training images for validation; the recipe here takes a stratified tenth.
"""

from mnist_compare.architecture import Architecture, Convolution, Dropout, Flatten, Linear, MaxPooling, ReLU

KERAS_EXAMPLE = Architecture(
    name="keras_example",
    layers=(
        Convolution(32, 3),
        ReLU(),
        MaxPooling(2),
        Convolution(64, 3),
        ReLU(),
        MaxPooling(2),
        Flatten(),
        Dropout(0.5),
        Linear("classes"),
    ),
    initializer="glorot_uniform",
    recipe="keras_example",
    source="Keras's own MNIST example",
)
