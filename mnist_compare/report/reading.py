"""How to read a report: what its words mean, of those that its runs give cause for."""

from collections.abc import Sequence

from mnist_compare.lowering import PLAIN, TUNED
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
TUNINGS = {
    TUNED: (
        ": the network after passes that suit the framework, such as a bias behind a pooling, or a batch in "
        "parts. In matched mode they are to change no result but for rounding, which certify --tuning both checks. The "
        "table above names those that were taken, where they were recorded."
    ),
    PLAIN: ": the network as users of the framework write it.",
}
READING = {
    "Accuracy": (
        " is the share of images whose {word} is recognised. Test images are never trained on. The training "
        "accuracy is measured after an epoch, with the weights that it leaves, as the test accuracy is."
    ),
    "Steady training": (
        " is the time of all training steps but the first of a run. The first step stands apart, "
        "because frameworks compile in it; so do evaluation and the writing of checkpoints."
    ),
    "Times": (
        " are of the machine named below, with the number of threads named above. On another machine both the "
        "times and their ratios can be different."
    ),
}


def reading(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Words, each with the rest of the sentences that begin with it."""
    modes = {record.mode for record in records}
    tunings = {record.spec.tuning if record.spec.tuning == PLAIN else TUNED for record in records}
    word = "digit" if all(is_mnist(record.spec.data) for record in records) else "class"
    told: list[tuple[str, str]] = [(mode, text) for mode, text in MODES.items() if mode in modes]
    told += [(tuning, text) for tuning, text in TUNINGS.items() if tuning in tunings]
    return [*told, *((term, text.replace("{word}", word)) for term, text in READING.items())]
