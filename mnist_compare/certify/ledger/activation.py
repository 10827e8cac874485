"""Where activations differ."""

from mnist_compare.certify.ledger.entry import KIT, LAYER_STEPS, LedgerEntry

ACTIVATION: tuple[LedgerEntry, ...] = (
    LedgerEntry(
        "leaky relu",
        "slope 0.01; gradient at 0 is the slope",
        "slope 0.3; gradient at 0 is the slope",
        "slope 0.01; gradient at 0 is 1",
        "the network says the slope, 0.01 where it does not; at 0 the gradient is the slope: paddle.where",
        KIT,
        ("slope of leaky relu 0.3", "gradient of leaky relu 1 at 0"),
    ),
    LedgerEntry("elu", "alpha 1", "alpha 1", "alpha 1", "the network says it", LAYER_STEPS, ("alpha of elu 1",)),
    LedgerEntry(
        "gelu",
        "exact, or by tanh",
        "exact, or by tanh; keras.ops.gelu by tanh unless it is told otherwise; constants of float32 in a float64 "
        "network too",
        "exact, or by tanh",
        "the network says which; in a float64 network of Keras functions of keras.ops",
        LAYER_STEPS,
        ("gelu by tanh", "gelu not by tanh", "gelu's root of 2 in float32", "gelu's cube in float32"),
    ),
    LedgerEntry(
        "softplus",
        "x itself above 20",
        "log(1 + exp(x))",
        "x itself above 20",
        "x itself above 40 in torch and Paddle, where exp(-x) is less than a rounding of x",
        KIT,
        ("softplus cut at 20",),
    ),
    LedgerEntry(
        "softmax",
        "the axis must be said",
        "over the last axis, which is that of the channels",
        "over the last axis, which is that of the columns",
        "over the channels of a pixel, all features, or the values of an element of a sequence",
        LAYER_STEPS,
        ("softmax over the pixels of a row",),
    ),
)
