"""What the adapter gains: the documented way to train a network in its framework, against Experiment.fit."""

from functools import partial
from typing import Any

from benchmarks.job import Job, busiest, seconds
from benchmarks.measurement import Measurement, of_ratios, with_target, without_ratio
from benchmarks.overhead import difference
from benchmarks.pairs import alternate, ratios
from benchmarks.process import AS_DOCUMENTED, take
from benchmarks.size import Size, frameworks
from benchmarks.task import Task
from mnist_compare.document.words import plural

NAME = "documented"
MEANING = "seconds of steady training in the framework's documented way / by the adapter"
LEAST = {
    "cnn": {"torch": 3.0, "keras": 1.7, "paddle": 2.0},
    "pytorch_example": {"torch": 1.5},
    "keras_example": {"keras": 1.5},
    "paddle_example": {"paddle": 1.5},
}
"""The ratios that are wanted; of an example, in its own framework."""
WAYS = {
    "torch": {"DataLoader s": "documented_torch"},
    "keras": {"fit s": "documented_keras"},
    "paddle": {"DataLoader s": "documented_paddle", "fit s": "documented_paddle_fit"},
}
LOSS_TOLERANCE = 0.5  # initial weights, order and dropout are its own: it only has to be the same kind of training


def jobs(size: Size) -> list[Job]:
    """A job per network and framework."""
    return [
        Job(NAME, backend, architecture, partial(measure, size, backend, architecture))
        for architecture in size.documented
        for backend in frameworks()
    ]


def measure(size: Size, backend: str, architecture: str) -> list[Measurement]:
    """Train in all ways in turn; of several documented ones, the faster counts."""
    images, epochs = size.training(architecture, backend)
    task = Task(architecture, images, max(1, epochs // 2), backend=backend)
    ways = [partial(take, script, task, AS_DOCUMENTED) for script in WAYS[backend].values()]
    *documented, ours = alternate(size.pairs, *ways, partial(take, "adapter", task))
    told: dict[str, Any] = {
        "setting": f"{task.images:,} images, {plural(task.epochs, 'epoch')}",
        "values": {**dict(zip(WAYS[backend], map(seconds, documented), strict=True)), "adapter s": seconds(ours)},
        "other_cores": busiest(*documented, ours),
    }
    reasons = [reason for side in documented if (reason := difference(ours[0], side[0], LOSS_TOLERANCE))]
    if reasons:
        return [without_ratio(NAME, backend, architecture, MEANING, reasons[0], **told)]
    per_image = [min(sample.seconds / sample.images for sample in turn) for turn in zip(*documented, strict=True)]
    found = of_ratios(
        NAME, backend, architecture, MEANING, ratios(per_image, [one.seconds / one.images for one in ours]), **told
    )
    least = LEAST.get(architecture, {}).get(backend)
    return [with_target(found, least=least)] if least else [found]
