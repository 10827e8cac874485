"""A job: something to measure, by name, so that one that fails does not stop the others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.measurement import Measurement
from benchmarks.task import Sample


@dataclass(frozen=True)
class Job:
    """`measure` takes the samples and gives what they say."""

    name: str
    backend: str
    architecture: str
    measure: Callable[[], list[Measurement]]

    def makes(self, found: Measurement) -> bool:
        """Whether such a measurement comes from this job."""
        same = (found.name, found.architecture) == (self.name, self.architecture)
        return same and self.backend in (found.backend, "all")


def busiest(*sides: Iterable[Sample]) -> float:
    """The cores that other processes kept busy, in the worst of the samples."""
    return max(sample.other_cores for side in sides for sample in side)


def seconds(samples: Iterable[Sample]) -> list[float]:
    """Seconds of steady training per sample."""
    return [sample.seconds for sample in samples]
