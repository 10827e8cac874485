"""How long a training took, by phase, and how much of that may be other work's doing."""

import statistics
from collections.abc import Iterable

import msgspec

from mnist_compare.io.bounds import Count, Real, Size

FREE_CORES = 0.25  # what a desktop's background takes is no disturbance
CROWDED, RESUMED = 2, 3  # ranks of a timing
MOST_LOST = 0.5  # a time of which other work may have cost more says too little to be compared


class Times(msgspec.Struct, frozen=True):
    """Seconds of a run by phase. `training` is steady training: all steps but the first, which is apart
    because frameworks compile in it. `waiting` is how long the training waited for augmented images. `other` is what
    lies between the phases, such as the making of dropout masks. `paused` are pauses in training, evaluation and
    checkpoints, in which the process was stopped or its machine suspended: they are in no other field, and in no total.
    `communication` is the part of `training` for which a process waited for the gradients of others.
    """

    start: Real = 0.0
    imports: Real = 0.0
    data: Real = 0.0
    build: Real = 0.0
    first_step: Real = 0.0
    training: Real = 0.0
    evaluation: Real = 0.0
    checkpoint: Real = 0.0
    other: Real = 0.0
    paused: Real = 0.0
    waiting: Real = 0.0
    communication: Real = 0.0

    @property
    def total(self) -> float:
        """Everything, from the start of the process to its last word."""
        return self.start + self.imports + self.watched

    @property
    def watched(self) -> float:
        """The seconds during which the other work on the machine is measured: from the import of the framework on."""
        prepared = self.data + self.waiting + self.build
        return prepared + self.first_step + self.training + self.evaluation + self.checkpoint + self.other


class Timing(msgspec.Struct, frozen=True):
    """One timing of a training. A run that is timed again has several.

    `epoch_seconds` are of steady training, epoch by epoch; `other_cores` the cores that other processes kept busy
    meanwhile, on average, of those that the run might use; `jobs` the runs that were trained at a time; `resumed` how
    many times the training was taken up again after an interruption. `same` is False where a repeated training did not
    end in the same bits.
    """

    times: Times
    epoch_seconds: list[Real] = []
    images_per_second: Real | None = None
    other_cores: Real | None = None
    jobs: Size = 1
    resumed: Count = 0
    started: str = ""
    finished: str = ""
    same: bool = True

    def is_disturbed(self, threads: int, cores: int) -> bool:
        """Whether other work may have taken cores that the training, with so many threads, would have used.

        `cores` are those that it may use. No training uses more, however many threads it has.
        """
        others = self.other_cores or 0.0
        return others > 0 and others + min(threads, cores) > cores + FREE_CORES

    def lost(self, threads: int, cores: int) -> float:
        """The largest share of the training time that other work may have cost, from 0 to 1.

        While another process has a core that one of the framework's threads wants, the other threads may wait for that
        one: so each second that it has it may cost a whole second, and all of them may have fallen into the training.
        Work on free cores takes none, but shares memory and clock with it: for that, its share of the cores is
        counted. So the time of an undisturbed training lies between `(1 - lost)` times this one and this one.
        """
        others = self.other_cores or 0.0
        if others <= 0 or self.times.training <= 0:
            return 0.0
        taken = max(others + min(threads, cores) - cores, others / cores)
        return min(1.0, taken * self.times.watched / self.times.training)

    def rank(self, threads: int, cores: int) -> int:
        """How far its seconds can be trusted: the least rank counts. One that was made alone may have been disturbed
        (1); one beside others of the same comparison was, by them (2); one after an interruption is put together (3).
        """
        if self.resumed:
            return RESUMED
        return CROWDED if self.jobs > 1 else int(self.is_disturbed(threads, cores))


def counted(timings: Iterable[Timing], threads: int, cores: int) -> list[Timing]:
    """Those of a run's timings that can be trusted most."""
    found = [(timing.rank(threads, cores), timing) for timing in timings]
    least = min(rank for rank, _ in found)
    return [timing for rank, timing in found if rank == least]


def median_times(timings: Iterable[Timing]) -> Times:
    """The median of each phase."""
    found = [timing.times for timing in timings]
    return Times(**{p: statistics.median(getattr(times, p) for times in found) for p in Times.__struct_fields__})
