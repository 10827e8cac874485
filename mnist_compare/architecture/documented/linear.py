"""One linear layer that regresses onto the digit: the first lesson of the Paddle tutorials."""

from mnist_compare.architecture import Architecture, Flatten, Linear

LINEAR = Architecture(
    name="linear",
    layers=(Flatten(), Linear(1)),
    output="number",
    initializer="glorot_uniform",
    recipe="linear",
    source="Paddle tutorial: handwritten digits as a linear regression",
)
