"""What the adapters' choices are worth: the adapter with another choice, against the adapter as it is."""

from functools import partial

import msgspec
from msgspec.structs import replace

from benchmarks.job import Job, busiest, seconds
from benchmarks.measurement import Measurement, of_ratios
from benchmarks.pairs import in_turn, ratios
from benchmarks.process import take, worker_variables
from benchmarks.size import Size, frameworks
from benchmarks.task import Task
from mnist_compare.environment import processor_variables
from mnist_compare.report.words import plural

NAME = "choices"
MEANING = "seconds of steady training by the adapter with another choice / by the adapter as it is"


class Choice(msgspec.Struct, frozen=True):
    """Another choice: what it is, and the execution or the environment variables that make it."""

    backend: str
    instead: str
    execution: str = "auto"
    variables: dict[str, str] = {}


CHOICES = (
    Choice("torch", "torch.compile", "compiled"),
    Choice("keras", "no graphs", "eager"),
    Choice("paddle", "paddle.jit.to_static", "compiled"),
    Choice("paddle", "MKL not told the processor", variables={"MKL_DEBUG_CPU_TYPE": "0"}),
)


def jobs(size: Size) -> list[Job]:
    """A job per choice that there is on this machine, and network."""
    there = [choice for choice in CHOICES if choice.variables.keys() <= processor_variables().keys()]
    return [
        Job(NAME, choice.backend, architecture, partial(measure, size, choice, architecture))
        for architecture in size.choices
        for choice in there
        if choice.backend in frameworks()
    ]


def measure(size: Size, choice: Choice, architecture: str) -> list[Measurement]:
    """Train with both in turn."""
    task = Task(architecture, size.images, size.choice_epochs, backend=choice.backend)
    other, ours = in_turn(
        size.repeats,
        partial(take, "adapter", replace(task, execution=choice.execution), worker_variables() | choice.variables),
        partial(take, "adapter", task),
    )
    return [
        of_ratios(
            NAME,
            choice.backend,
            architecture,
            MEANING,
            ratios(seconds(other), seconds(ours)),
            setting=f"{choice.instead}; {task.images:,} images, {plural(task.epochs, 'epoch')}",
            values={"other s": seconds(other), "adapter s": seconds(ours)},
            other_cores=busiest(other, ours),
        )
    ]
