"""Where normalizations and the dropout of channels differ."""

from mnist_compare.certify.ledger.entry import LAYER_STEPS, LedgerEntry

NORMALIZATION: tuple[LedgerEntry, ...] = (
    LedgerEntry(
        "what a layer norm takes together",
        "the last axes that are named, with a factor for each value",
        "the axes that are named; of none, the channels of each pixel",
        "as torch; it keeps the factors in one row",
        "all values of an image or of a flat input, the width of a sequence; a factor for each value",
        LAYER_STEPS,
        ("layer norm over the channels alone", "layer norm's height and width swapped"),
    ),
    LedgerEntry(
        "epsilon of layer, instance and group norm",
        "1e-5",
        "1e-3",
        "1e-5",
        "the network says it: 1e-5",
        LAYER_STEPS,
        ("epsilon of layer norm 1e-3", "epsilon of instance norm 1e-3"),
    ),
    LedgerEntry(
        "instance norm",
        "its gradients are wrong for a batch of one image that come with the channels last",
        "none of the name: a group norm with a group for each channel",
        "its factors are called scale",
        "biased variance; torch trains it as a group norm too, and its plain model has InstanceNorm2d",
        LAYER_STEPS,
        ("variance of an image unbiased", "statistics of an image taken for constants"),
    ),
    LedgerEntry(
        "groups of a group norm",
        "neighbouring channels",
        "as torch",
        "as torch",
        "nothing",
        LAYER_STEPS,
        ("another number of groups", "channels dealt out to groups"),
    ),
    LedgerEntry(
        "normalization with scale or shift alone",
        "has both or none; no gradient goes back through a group norm that has a bias alone",
        "scale and center",
        "gradients are wrong or missing in batch, instance and group norm with one of both",
        "torch and Paddle have a constant 1 or 0 in the place of the other, which is not trained",
        LAYER_STEPS,
    ),
    LedgerEntry(
        "local response norm",
        "alpha times the mean of the squares of size channels",
        "TensorFlow's alpha times their sum, of depth_radius to each side; no float64",
        "as torch; its average pooling has gradients of float32 in float64 too",
        "alpha times the mean, of an odd size: Keras by its own operations, Paddle by sums",
        LAYER_STEPS,
        (
            "response norm by the sum",
            "size of a response norm taken for its radius",
            "window of a response norm taken for a constant",
        ),
    ),
    LedgerEntry(
        "dropout of channels",
        "Dropout2d, its own generator",
        "SpatialDropout2D, its own generator",
        "Dropout2D, its own generator",
        "the mask is data, [N, C, 1, 1]: one factor for each channel of each image",
        LAYER_STEPS,
        ("channels dropped alike in all images",),
    ),
)
