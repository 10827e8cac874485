"""Long short-term memory, which reads an image row by row."""

from mnist_compare.architecture import LSTM, Architecture, Linear, Rows

LSTM_NETWORK = Architecture(
    name="lstm",
    layers=(Rows(), LSTM(128), Linear("classes")),
    recipe="cnn",
    source="S. Hochreiter and J. Schmidhuber, 1997, with forget gates: reads the rows of an image",
)
