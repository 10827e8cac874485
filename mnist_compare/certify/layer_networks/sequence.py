"""Networks around layers for sequences."""

from mnist_compare.architecture import (
    GELU,
    GRU,
    LSTM,
    RNN,
    Architecture,
    Attention,
    Auxiliary,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
    Linear,
    MaxPooling,
    Patches,
    Positions,
    Residual,
    Rows,
    SequenceMean,
    StochasticDepth,
)
from mnist_compare.certify.layer_networks.activation import KINDS as ACTIVATIONS

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
    # As many heads, of one feature, as positions.
    Architecture("attention_of_single_features", (*_ROWS, Attention(4), SequenceMean(), Linear(10))),
    # Layers of other families on a sequence, which is wider than long: no axis can be taken for the other.
    _read("activations_of_sequences", Linear(6), *ACTIVATIONS.values(), Flatten()),
    _read(
        "ways_of_sequences",
        Linear(6),
        LayerNorm(),
        Residual((Linear(8), GELU(), Dropout(0.3), Linear(6), StochasticDepth(0.3))),
        Auxiliary((SequenceMean(), Linear(10)), 0.3),
        Flatten(),
    ),
)

FAULTS_NETWORKS: tuple[Architecture, ...] = (
    _read("reading", LSTM(4, output="all"), GRU(4, reset="before", output="all"), GRU(4, bidirectional=True)),
    Architecture("attending", (Patches(8, 14), Positions(), Attention(4), SequenceMean(), Linear(10))),
)
"""In which faults of layers for sequences are planted."""
