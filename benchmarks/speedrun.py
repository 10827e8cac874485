"""99 % as fast as can be: PyTorch's documented loop, until it is there, against the training of the speedrun."""

import math
from functools import partial

from benchmarks.job import Job
from benchmarks.measurement import Measurement, of_ratios, without_ratio
from benchmarks.pairs import spread
from benchmarks.process import AS_DOCUMENTED, take
from benchmarks.size import Size, frameworks
from benchmarks.task import Task
from benchmarks.time_to_accuracy import SPEEDRUN, seconds_until, train
from mnist_compare.architectures import ARCHITECTURES

NAME = "speedrun"
BACKEND, DOCUMENTED = "torch", "convnet"
SHARE = 0.99
MEANING = f"seconds until PyTorch's documented {DOCUMENTED} loop reaches {SHARE:.0%} / those of the speedrun"


def jobs(size: Size) -> list[Job]:
    """One job, where there is a speedrun and PyTorch."""
    there = SPEEDRUN in ARCHITECTURES and BACKEND in frameworks()
    return [Job(NAME, BACKEND, SPEEDRUN, partial(measure, size))] if there else []


def measure(size: Size) -> list[Measurement]:
    """The documented loop once, as long as it is given, and the speedrun with several seeds."""
    task = Task(DOCUMENTED, size.accuracy_images, size.until_epochs, until=SHARE)
    documented = take("documented_torch", task, AS_DOCUMENTED)
    records = train(size, [BACKEND], SPEEDRUN)
    ours = [seconds_until(SHARE, record) for record in records]
    best = max(documented.accuracies)
    note = "" if best >= SHARE else f"a lower bound: after {task.epochs} epochs the loop had reached {best:.2%}"
    told = {
        "setting": f"{SHARE:.0%}, {task.images:,} images",
        "values": {"documented s": [documented.seconds], "speedrun s": [None if math.isinf(s) else s for s in ours]},
        "other_cores": max([documented.other_cores, *(record.other_cores or 0.0 for record in records)]),
    }
    if math.isinf(spread(ours).median):
        reached = ", ".join(f"{record.test_accuracy or 0:.2%}" for record in records)
        return [without_ratio(NAME, BACKEND, SPEEDRUN, MEANING, f"the speedrun reached {reached}", **told)]
    return [of_ratios(NAME, BACKEND, SPEEDRUN, MEANING, [documented.seconds / s for s in ours], note=note, **told)]
