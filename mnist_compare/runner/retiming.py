"""Which finished runs are timed again, and how: one after the other, once all others are done."""

from collections.abc import Collection, Mapping, Sequence

from mnist_compare.records.record import Record
from mnist_compare.runner.attempt import RunContext
from mnist_compare.runner.execution import execute_again
from mnist_compare.runner.planned_run import PlannedRun
from mnist_compare.runner.shared_images import SharedImages

LEAST_SECONDS = 1.0  # of training: a shorter one is not compared in speed anyway


def to_retime(
    runs: Sequence[PlannedRun], before: Mapping[str, Record], after: Mapping[str, Record], wanted: bool | None
) -> list[PlannedRun]:
    """The runs to time again, by their finished records `before` and `after` this command has trained.

    Where that is `wanted`: all that were there before, and those below. Where nothing is said (None): those whose only
    timing other work has disturbed. Where it is not wanted (False): none.
    """
    if wanted is False:
        return []
    return [
        run
        for run in runs
        if (record := after.get(run.key))
        and record.history
        and ((wanted and run.key in before) or (not record.repeats and is_disturbed(record)))
    ]


def is_disturbed(record: Record) -> bool:
    """Whether other work took cores from a run that was trained alone, and long enough for its time to matter."""
    return record.is_disturbed and (record.train_seconds or 0.0) >= LEAST_SECONDS


def retime(
    runs: Sequence[PlannedRun],
    asked: Collection[str],
    records: Mapping[str, Record],
    images: SharedImages,
    context: RunContext,
) -> None:
    """Time these runs again, whose records are given by key; `images` are those that they are trained on.

    Of the runs with the keys `asked` the user wants it; of the others because other work has disturbed them.
    """
    for number, run in enumerate(runs, 1):
        record = records[run.key]
        context.observer.retiming(run, number, len(runs), None if run.key in asked else record.counted_others)
        context.observer.retimed(run, *execute_again(run, record, images.of(run.spec), context))
