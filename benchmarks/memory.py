"""What a worker of the program needs in memory, beside what its framework takes once it is imported."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from benchmarks.job import Job
from benchmarks.measurement import Measurement, of_ratios
from benchmarks.pairs import alternate, ratios, spread
from benchmarks.process import SampleError, take
from benchmarks.size import Size, frameworks
from benchmarks.task import Sample, Task
from mnist_compare import compare

NAME = "memory"
ARCHITECTURE = "cnn"
MEANING = "peak memory of a worker that trains an epoch / of a process that imports the framework"
MOST_MB = 600


def jobs(size: Size) -> list[Job]:
    """A job per framework."""
    return [Job(NAME, name, ARCHITECTURE, partial(measure, size, name)) for name in frameworks()]


def measure(size: Size, backend: str) -> list[Measurement]:
    """The largest resident memory of both processes, in turn."""
    task = Task(ARCHITECTURE, size.memory_images, backend=backend)
    worker, framework = alternate(size.pairs, partial(train, task), partial(take, "framework", task))
    ours, theirs = ([sample.peak_memory_bytes / 1e6 for sample in side] for side in (worker, framework))
    more = [a - b for a, b in zip(ours, theirs, strict=True)]
    found = of_ratios(
        NAME,
        backend,
        ARCHITECTURE,
        MEANING,
        ratios(ours, theirs),
        setting=f"{task.images:,} images",
        values={"worker MB": ours, "framework MB": theirs, "more MB": more},
    )
    return [replace(found, target=f"at most {MOST_MB} MB more", met=spread(more).median <= MOST_MB)]


def train(task: Task) -> Sample:
    """A comparison of one run, whose record says what its worker needed."""
    with TemporaryDirectory() as folder:
        output = Path(folder) / "comparison"
        found = compare(
            [task.backend], [task.architecture], epochs=1, train_size=task.images, output=output, retime=False
        )
    record = found.records[0]
    if not record.peak_memory_bytes:
        raise SampleError(f"{record.backend}: {record.reason or 'no peak memory'}")
    return Sample(peak_memory_bytes=record.peak_memory_bytes, other_cores=record.other_cores or 0.0)
