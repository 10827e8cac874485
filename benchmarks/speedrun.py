"""99 % as fast as can be: PyTorch's documented loop, until it is there, against the one epoch of the speedrun."""

from functools import partial
from statistics import fmean

from msgspec.structs import replace

from benchmarks.job import Job
from benchmarks.measurement import Measurement, of_ratios, without_ratio
from benchmarks.process import AS_DOCUMENTED, take
from benchmarks.size import Size, frameworks
from benchmarks.task import Sample, Task
from benchmarks.time_to_accuracy import SPEEDRUN, train
from mnist_compare.records.record import Record

NAME = "speedrun"
FRAMEWORK, DOCUMENTED = "torch", "convnet"
SHARE = 0.99
LEAST = {FRAMEWORK: 25.0}
MEANING = (
    f"seconds until PyTorch's documented {DOCUMENTED} loop reaches {SHARE:.0%} / seconds of training of the speedrun"
)


def jobs(size: Size) -> list[Job]:
    """One job, where there is PyTorch."""
    return [Job(NAME, "all", SPEEDRUN, partial(measure, size))] if FRAMEWORK in frameworks() else []


def measure(size: Size) -> list[Measurement]:
    """The documented loop once, as long as it is given, and the speedrun with several seeds in each framework."""
    task = Task(DOCUMENTED, size.accuracy_images, size.until_epochs, until=SHARE)
    documented = take("documented_torch", task, AS_DOCUMENTED)
    records = train(replace(size, seeds=size.speedrun_seeds), frameworks(), SPEEDRUN)
    names = dict.fromkeys(record.backend for record in records)
    return [measured(name, task, documented, [one for one in records if one.backend == name]) for name in names]


def measured(backend: str, task: Task, documented: Sample, records: list[Record]) -> Measurement:
    """One framework's: the mean accuracy of its seeds has to be there too."""
    ours = [record.times.first_step + record.times.training for record in records]
    accuracies = [record.test_accuracy for record in records if record.test_accuracy is not None]
    told = {
        "setting": f"{len(records)} seeds, {task.images:,} images",
        "values": {
            "documented s": [documented.seconds],
            "speedrun s": ours,
            "accuracy %": [100 * a for a in accuracies],
        },
        "other_cores": max([documented.other_cores, *(record.other_cores or 0.0 for record in records)]),
    }
    if len(accuracies) < len(records):
        return without_ratio(NAME, backend, SPEEDRUN, MEANING, "not every run came to its end", **told)
    found = of_ratios(NAME, backend, SPEEDRUN, MEANING, [documented.seconds / seconds for seconds in ours], **told)
    mean, best, least = fmean(accuracies), max(documented.accuracies), LEAST.get(backend)
    notes = [f"mean accuracy {mean:.2%} ({min(accuracies):.2%} to {max(accuracies):.2%})"]
    if best < SHARE:
        notes.append(f"a lower bound: after {len(documented.accuracies)} epochs the loop had reached {best:.2%}")
    wanted = f"at least {SHARE:.0%} in the mean" + (f", ratio at least {least:g}" if least else "")
    met = mean >= SHARE and (found.ratio or 0.0) >= (least or 0.0)
    return replace(found, note="; ".join(notes), target=wanted, met=met)
