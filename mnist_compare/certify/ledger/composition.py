"""Where the frameworks differ in layers that hold layers."""

from mnist_compare.certify.ledger.entry import LAYER_STEPS, LedgerEntry

COMPOSITION: tuple[LedgerEntry, ...] = (
    LedgerEntry(
        "sums and branches",
        "written in the forward of a module; branches join along axis 1",
        "layers of the functional API; branches join along the last axis",
        "as torch",
        "a sum without an activation of its own; channels in the order of the branches",
        LAYER_STEPS,
        ("shortcut left out", "relu of the sum", "no gradient around the body", "branches in another order"),
    ),
    LedgerEntry(
        "stochastic depth",
        "none; torchvision's for each image or for the batch",
        "dropout with one number for each image, by noise_shape",
        "dropout along axis 0",
        "the mask is data, one factor for each image",
        LAYER_STEPS,
        ("depth of the whole batch",),
    ),
    LedgerEntry(
        "auxiliary losses",
        "added by hand",
        "loss_weights of further outputs, in evaluation too",
        "added by hand",
        "the weight times the mean loss of the head, added in training; the head is absent in evaluation",
        LAYER_STEPS,
        (
            "gradient of the head not passed on",
            "auxiliary loss without its weight",
            "auxiliary loss left out",
            "mean of all losses",
        ),
    ),
)
