"""Where the frameworks differ in layers for sequences."""

from mnist_compare.certify.ledger.composition import NETWORKS
from mnist_compare.certify.ledger.entry import LedgerEntry

SEQUENCE: tuple[LedgerEntry, ...] = (
    LedgerEntry(
        "gates of recurrent layers",
        "LSTM i, f, g, o; GRU r, z, n; weights [gates x features, in]",
        "LSTM i, f, g, o; GRU z, r, n; weights [in, gates x features]",
        "as torch",
        "torch's order and layout; put in order and transposed for Keras",
        NETWORKS,
        ("gates of the LSTM in another order", "gates of the GRU in Keras's order"),
    ),
    LedgerEntry(
        "reset gate of the GRU",
        "after the product with the state",
        "after it, or before it: reset_after",
        "after the product with the state",
        "the network says which: `reset`. Before the product, torch and Paddle get a loop of their own operations",
        NETWORKS,
        ("reset before the product", "reset after the product"),
    ),
    LedgerEntry(
        "biases of recurrent layers",
        "two, both trained",
        "one; two in a GRU with reset_after",
        "two, both trained",
        "two in a GRU whose reset comes after, where both mean something; else one: the second stays 0 in torch and "
        "Paddle. Paddle crashes where it is left out by bias_hh_attr=False",
        NETWORKS,
        ("second bias of the GRU left out", "two biases of the LSTM trained"),
    ),
    LedgerEntry(
        "output of both directions",
        "outputs at the last position, where the other direction has read one row; h_n has the last states",
        "the last state of each direction",
        "as torch",
        "the last state of each direction, side by side",
        NETWORKS,
        ("direction not reversed", "last row of both directions"),
    ),
    LedgerEntry(
        "state of recurrent layers",
        "0 at first; handed on by hand",
        "0 at first; stateful=True keeps it from batch to batch",
        "as torch",
        "0 at first in every batch; the gradient goes back through all positions",
        NETWORKS,
        ("state of the batch before", "no gradient through time"),
    ),
    LedgerEntry(
        "LSTM in bfloat16 on CPU",
        "oneDNN's raises an error where the processor has no instructions for it",
        "works",
        "refused",
        "float32 within the LSTM in torch",
        "tests/backends/test_layer_networks.py::test_a_layer_is_trained_in_bfloat16",
    ),
    LedgerEntry(
        "weights of attention",
        "query, key and value as one [3 width, width]",
        "[width, heads, width / heads]; the output's [heads, width / heads, width]",
        "four linear layers, [in, out]",
        "four weights [width, width], joined or cut and transposed; each head has features that lie side by side",
        NETWORKS,
        ("heads interleaved", "queries and keys swapped"),
    ),
    LedgerEntry(
        "scale of attention",
        "1 / sqrt(width / heads)",
        "the same, rounded to float32 in a float64 network too",
        "as torch",
        "float64 in a float64 network: the number is set in Keras's layer",
        NETWORKS,
        ("scores not divided", "scores divided by the root of the width", "scale of the scores in float32"),
    ),
    LedgerEntry(
        "patches and positions",
        "written with a convolution and a parameter",
        "written with a convolution, a Reshape, and a layer of one's own",
        "as torch",
        "row by row from the top left; position embeddings begin with 0; the mean over positions",
        NETWORKS,
        ("patches column by column", "sum of the positions"),
    ),
)
