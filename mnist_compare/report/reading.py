"""How to read a report: what its words mean, of those that its runs give cause for."""

from collections.abc import Sequence

from mnist_compare.experiment.train_metrics import TrainMetrics
from mnist_compare.lowering import PLAIN, TUNED
from mnist_compare.recipe.mode import named_defaults
from mnist_compare.records.record import Record
from mnist_compare.report.images import is_mnist

MODES = {
    "matched": (
        ": every backend gets the same initial weights, the same order of the batches, the same dropout "
        "masks and the same learning rates, all made beforehand. What differs after that is the framework and "
        "nothing else."
    ),
    "native": (
        ": every backend uses its framework's own defaults, for initial weights and dropout masks for "
        "instance. The gap between native and matched is what the defaults account for."
    ),
}
NAMED = (
    ": matched mode with the framework's own defaults of these names alone, such as native:initializer. The table of "
    "what each default changes says what they are."
)
TUNINGS = {
    TUNED: (
        ": the network after passes that suit the framework, such as a bias behind a pooling, or a batch in "
        "parts. In matched mode they are to change no result but for rounding, which certify --tuning both checks. The "
        "table above names those that were taken, where they were recorded."
    ),
    PLAIN: ": the network as users of the framework write it.",
}
READING = {
    "Accuracy": (" is the share of images whose {word} is recognised. Test images are never trained on."),
    "Steady training": (
        " is the time of all training steps but the first of a run. The first step stands apart, "
        "because frameworks compile in it; so do evaluation and the writing of checkpoints."
    ),
    "Times": (
        " are of the machine named below, with the number of threads named above. On another machine both the "
        "times and their ratios can be different."
    ),
}

MEASURED: dict[TrainMetrics, str] = {
    "sample": (
        " are measured with the weights that an epoch leaves, as those of the test images are: in tables on all "
        "training images after the last epoch, in curves on a fixed sample of them, 10,000 at most."
    ),
    "full": " are measured on all of them with the weights that an epoch leaves, as those of the test images are.",
    "running": (
        ": the loss of an epoch is the mean over its steps, while the weights change; the accuracy is not measured."
    ),
    "off": " are not measured.",
}
"""Of training loss and training accuracy."""


def reading(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Words, each with the rest of the sentences that begin with it."""
    modes = {record.mode for record in records}
    tunings = {record.spec.tuning if record.spec.tuning == PLAIN else TUNED for record in records}
    word = "digit" if all(is_mnist(record.spec.data) for record in records) else "class"
    told: list[tuple[str, str]] = [(mode, text) for mode, text in MODES.items() if mode in modes]
    told += [("native: and names", NAMED)] if any(map(named_defaults, modes)) else []
    told += [(tuning, text) for tuning, text in TUNINGS.items() if tuning in tunings]
    kinds = {record.spec.train_metrics for record in records}
    several = len(kinds) > 1
    measured = [
        (f"Training loss and accuracy{f' ({kind})' if several else ''}", text)
        for kind, text in MEASURED.items()
        if kind in kinds
    ]
    return [*told, *measured, *((term, text.replace("{word}", word)) for term, text in READING.items())]
