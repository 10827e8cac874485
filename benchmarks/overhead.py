"""What the adapter costs: Experiment.fit against a bare loop of the same framework that does the same work."""

from functools import partial

from benchmarks.job import Job, busiest, seconds
from benchmarks.measurement import Measurement, of_ratios, with_target, without_ratio
from benchmarks.pairs import alternate, ratios
from benchmarks.process import take
from benchmarks.size import Size, frameworks
from benchmarks.task import Sample, Task
from mnist_compare.document.words import plural

NAME = "overhead"
MEANING = "seconds of steady training by the adapter / by a bare loop that does the same work"
MOST = 1.03
LOSS_TOLERANCE = 0.02  # of float32 after hundreds of steps, in which rounding grows


def jobs(size: Size) -> list[Job]:
    """A job per network and framework."""
    return [
        Job(NAME, backend, architecture, partial(measure, size, backend, architecture))
        for architecture in size.overhead
        for backend in frameworks()
    ]


def measure(size: Size, backend: str, architecture: str) -> list[Measurement]:
    """Train with both in turn; refused where they have not the same loss in the first epoch."""
    images, epochs = size.training(architecture, backend)
    task = Task(architecture, images, epochs, backend=backend)
    adapter, bare = alternate(size.pairs, partial(take, "adapter", task), partial(take, f"bare_{backend}", task))
    told = {
        "setting": f"{task.images:,} images, {plural(task.epochs, 'epoch')}",
        "values": {"adapter s": seconds(adapter), "bare s": seconds(bare)},
        "other_cores": busiest(adapter, bare),
    }
    reason = difference(adapter[0], bare[0], LOSS_TOLERANCE)
    if reason:
        return [without_ratio(NAME, backend, architecture, MEANING, reason, **told)]
    found = ratios(seconds(adapter), seconds(bare))
    return [with_target(of_ratios(NAME, backend, architecture, MEANING, found, **told), most=MOST)]


def difference(ours: Sample, theirs: Sample, tolerance: float) -> str:
    """Why two samples are not of the same training; "" where they are, as far as loss and parameters say."""
    if ours.parameters != theirs.parameters:
        return f"refused: {ours.parameters:,} and {theirs.parameters:,} parameters"
    if not abs(ours.loss - theirs.loss) <= tolerance * abs(ours.loss):
        return f"refused: the losses are {ours.loss:.4f} and {theirs.loss:.4f}"
    return ""
