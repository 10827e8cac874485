"""Where poolings with padding differ, and average poolings."""

from mnist_compare.certify.ledger.entry import LAYER_STEPS, LedgerEntry

POOLING: tuple[LedgerEntry, ...] = (
    LedgerEntry(
        "padding of max pooling",
        "minus infinity",
        '"same" alone, of minus infinity, with the larger part behind',
        "minus infinity",
        "minus infinity: keras.ops.pad before the pooling",
        LAYER_STEPS,
        ("max pooling padded with zeros",),
    ),
    LedgerEntry(
        "padding of average pooling",
        "counted in the mean",
        '"same" alone, not counted',
        "not counted",
        "the network says whether, counted where it does not; in Keras ZeroPadding2D, and a Normalization by the share "
        "of each window where it is not counted",
        LAYER_STEPS,
        ("padding not counted in the mean", "padding counted in the mean"),
    ),
    LedgerEntry(
        "gradient of average pooling",
        "float64",
        "float64",
        "the share of a pixel is a float32 in a float64 network too",
        "in a float64 network of Paddle products with matrices of these shares",
        LAYER_STEPS,
        ("share of a pixel in float32",),
    ),
    LedgerEntry(
        "adaptive average pooling",
        "bins that overlap where they do not divide the side",
        "as torch; older versions have none",
        "as torch",
        "as torch; a Keras without it is refused",
        LAYER_STEPS,
        ("bins that do not overlap",),
    ),
)
