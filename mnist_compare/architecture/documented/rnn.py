"""Elman's recurrent network, which reads an image row by row."""

from mnist_compare.architecture import RNN, Architecture, Linear, Rows

RNN_NETWORK = Architecture(
    name="rnn",
    layers=(Rows(), RNN(128), Linear("classes")),
    recipe="cnn",
    source="J. L. Elman, Finding structure in time, 1990: reads the rows of an image",
)
