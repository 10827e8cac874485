"""Where convolutions with groups, dilation or uneven padding differ, and transposed ones."""

from mnist_compare.certify.ledger.entry import LAYER_STEPS, LedgerEntry

CONVOLUTION: tuple[LedgerEntry, ...] = (
    LedgerEntry(
        "padding 'same'",
        "at stride 1 alone; the larger part behind",
        "the larger part behind",
        "as Keras, but any dilation counts as 1",
        "the core says the rows and columns of each side: ZeroPad2d in torch, ZeroPadding2D in Keras, four numbers in "
        "Paddle",
        LAYER_STEPS,
        (
            "larger part of 'same' before",
            "'same' with a dilation of 1",
            "sides of a padding in another order",
        ),
    ),
    LedgerEntry(
        "groups of convolutions",
        "on any device",
        "TensorFlow has no gradient on CPUs: Keras compiles it by XLA, step by step in every step",
        "on any device",
        "in Keras by depth, or part by part, with the same weight",
        LAYER_STEPS,
        ("groups swapped",),
    ),
    LedgerEntry(
        "transposed convolution",
        "padding is cut off on both sides, output_padding added behind",
        '"same" cuts off more behind; the output is as large as the stride unless it is told otherwise',
        "as torch",
        "as torch: Cropping2D in Keras",
        LAYER_STEPS,
        ("transposed kernel flipped", "transposed convolution 'same'"),
    ),
)
