"""What a sample's process is asked to do, and what it says: arguments on the command line, one JSON line on stdout."""

import os
from argparse import ArgumentParser
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from mnist_compare.host.usage import Load, peak_memory


class Task(msgspec.Struct, frozen=True):
    """Train a network with its documented recipe on the first `images` images, or do what else the script says.

    `device` is one of --device; of the bare loops, PyTorch's alone knows GPUs. `until` is a test accuracy after which
    the training may stop, where the script evaluates; `change`, a function of changes.py, changes the adapter; `tuning`
    are the passes that it takes.
    """

    architecture: str
    images: int = 0
    epochs: int = 1
    seed: int = 0
    batch_size: int | None = None
    backend: str = ""
    device: str = "cpu"
    until: float | None = None
    execution: str = "auto"
    tuning: str = "tuned"
    change: str = ""

    def arguments(self) -> list[str]:
        """The command line that stands for it."""
        options = msgspec.structs.asdict(self)
        name = options.pop("architecture")
        return [name, *(f"--{key.replace('_', '-')}={value}" for key, value in options.items() if value is not None)]


class Sample(msgspec.Struct, frozen=True):
    """What one process has measured.

    `seconds` are those of steady training (all steps but the first) on `images` images; `first_step` stands apart.
    `loss` is the mean over the steps of the first epoch: in later ones rounding sets trainings apart. `accuracies` are
    of the test images after each epoch, and `epoch_seconds` the seconds of training of each. `peak_memory_bytes` and
    `other_cores`, the cores that other processes of the machine kept busy, are of the whole process.
    """

    seconds: float = 0.0
    images: int = 0
    first_step: float = 0.0
    loss: float = 0.0
    parameters: int = 0
    accuracies: list[float] = []
    epoch_seconds: list[float] = []
    peak_memory_bytes: int = 0
    other_cores: float = 0.0

    @property
    def images_per_second(self) -> float:
        """The speed of steady training."""
        return self.images / self.seconds


def run(measure: Callable[[Task], Sample]) -> None:
    """Do the task of the command line, and print what was measured."""
    pipe = os.dup(1)
    os.dup2(2, 1)  # so that a framework that prints cannot garble the line
    load = Load()
    sample = measure(read_task())
    sample = replace(sample, peak_memory_bytes=peak_memory(), other_cores=load.other_cores())
    os.write(pipe, msgspec.json.encode(sample) + b"\n")


def read_task(arguments: list[str] | None = None) -> Task:
    """The task of a command line (by default that of the process)."""
    parser = ArgumentParser()
    parser.add_argument("architecture")
    for name, kind in (("images", int), ("epochs", int), ("seed", int), ("batch-size", int), ("until", float)):
        parser.add_argument(f"--{name}", type=kind)
    for name in ("backend", "device", "execution", "tuning", "change"):
        parser.add_argument(f"--{name}")
    given = vars(parser.parse_args(arguments))
    return Task(**{name: value for name, value in given.items() if value is not None})
