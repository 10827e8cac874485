"""Networks around layers for sequences."""

from mnist_compare.architecture import (
    GRU,
    LSTM,
    RNN,
    Architecture,
    Attention,
    Layer,
    Linear,
    MaxPooling,
    Patches,
    Positions,
    Rows,
    SequenceMean,
)

_ROWS = (MaxPooling(7), Rows())  # four of four pixels: a framework takes long for each


def _read(name: str, *layers: Layer) -> Architecture:
    return Architecture(name, (*_ROWS, *layers, Linear(10)))


NETWORKS: tuple[Architecture, ...] = (
    _read("rnn", RNN(4, bidirectional=True, output="all"), Linear(3), SequenceMean()),
    _read("lstm", LSTM(4, layers=2)),
    _read("lstm_both_ways", LSTM(3, bidirectional=True)),
    _read("gru", GRU(4, layers=2, bidirectional=True)),
    _read("gru_reset_before", GRU(4, bidirectional=True, reset="before")),
    Architecture("patches", (Patches(6, 7), SequenceMean(), Linear(10))),
    Architecture("attention", (Patches(8, 7), Positions(), Attention(4), SequenceMean(), Linear(10))),
)

FAULTS_NETWORKS: tuple[Architecture, ...] = (
    _read("reading", LSTM(4, output="all"), GRU(4, reset="before", output="all"), GRU(4, bidirectional=True)),
    Architecture("attending", (Patches(8, 14), Positions(), Attention(4), SequenceMean(), Linear(10))),
)
"""In which faults of layers for sequences are planted."""
