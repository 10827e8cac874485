"""Gated recurrent units, which read an image row by row."""

from mnist_compare.architecture import GRU, Architecture, Linear, Rows

GRU_NETWORK = Architecture(
    name="gru",
    layers=(Rows(), GRU(128), Linear("classes")),
    recipe="cnn",
    source="K. Cho et al., 2014, with the reset after the product: reads the rows of an image",
)
