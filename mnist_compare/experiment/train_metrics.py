"""On which training images loss and accuracy are measured after an epoch: all of them take a third of a training."""

from typing import Literal

from mnist_compare.errors import unknown

TrainMetrics = Literal["sample", "full", "running", "off"]
"""sample: of a fixed stratified sample of 10,000 images, and of all after the last epoch; full: of all, after every
epoch; running: the mean loss over the steps of the epoch, and no accuracy; off: nothing."""

KINDS: tuple[TrainMetrics, ...] = ("sample", "full", "running", "off")
SAMPLE, FULL, RUNNING, OFF = KINDS
SAMPLE_SIZE = 10_000
SAMPLE_SEED = 0


def check_train_metrics(name: str) -> TrainMetrics:
    """The name as it is; raises UsageError for one that is none."""
    for known in KINDS:
        if name == known:
            return known
    raise unknown("train metrics", name, KINDS)
