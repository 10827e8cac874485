"""How speed and memory change with the batch size and with the number of images."""

from functools import partial

from benchmarks.job import Job, busiest
from benchmarks.measurement import Measurement, of_ratios
from benchmarks.pairs import alternate, ratios
from benchmarks.process import take
from benchmarks.size import Size, frameworks
from benchmarks.task import Task

NAME = "scaling"
ARCHITECTURE = "cnn"


def jobs(size: Size) -> list[Job]:
    """Batch sizes and training sizes, per framework."""
    return [
        Job(NAME, backend, ARCHITECTURE, partial(measure, size, backend, kind))
        for kind in ("batches", "images")
        for backend in frameworks()
    ]


def measure(size: Size, backend: str, kind: str) -> list[Measurement]:
    """Images per second at each size, against the first of them; a measurement per size."""
    tasks = batch_tasks(size, backend) if kind == "batches" else image_tasks(size, backend)
    sides = alternate(size.repeats, *(partial(take, "adapter", task) for task in tasks.values()))
    speeds = [[sample.images_per_second for sample in side] for side in sides]
    first, meaning = next(iter(tasks)), "images per second / images per second with {}"
    return [
        of_ratios(
            NAME,
            backend,
            ARCHITECTURE,
            meaning.format(first),
            ratios(speed, speeds[0]),
            setting=setting,
            values={"images/s": speed, "peak memory MB": [sample.peak_memory_bytes / 1e6 for sample in side]},
            other_cores=busiest(side),
        )
        for setting, speed, side in zip(tasks, speeds, sides, strict=True)
    ]


def batch_tasks(size: Size, backend: str) -> dict[str, Task]:
    """Trainings with each batch size, of at least two epochs: large batches give few steps."""
    epochs = max(2, size.epochs[backend] // 2)
    return {
        f"batches of {batch:,}": Task(ARCHITECTURE, size.batch_images, epochs, batch_size=batch, backend=backend)
        for batch in size.batch_sizes
    }


def image_tasks(size: Size, backend: str) -> dict[str, Task]:
    """Trainings on sets of each size, of about as many steps."""
    return {
        f"{images:,} images": Task(ARCHITECTURE, images, max(1, size.images // images), backend=backend)
        for images in size.training_sizes
    }
