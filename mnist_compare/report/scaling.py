"""How fast a network trains in several processes, against fewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes
from statistics import fmean

from msgspec.structs import replace

from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING, plural
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.cells import number
from mnist_compare.report.claim import few
from mnist_compare.report.ratio import Ratio, compare
from mnist_compare.report.reservation import reservation
from mnist_compare.report.speed import rows_with_speed
from mnist_compare.report.statistics import BackendRuns, Group, Setting
from mnist_compare.report.verdict import range_words, ratio_words

TITLE = "Several processes"


@dataclass(frozen=True)
class Scaling:
    """A backend that trained a network in several numbers of processes, and alike in all else: a row of each, fewest
    first.
    """

    network: str
    rows: tuple[BackendRuns, ...]

    @property
    def backend(self) -> str:
        """The label of its rows."""
        return self.rows[0].label

    @property
    def gains(self) -> tuple[Ratio | None, ...]:
        """How many times as fast each row after the first trains as that; None where it cannot be told."""
        if any(reservation(row) for row in self.rows):
            return (None,) * (len(self.rows) - 1)
        found = [compare(row.label, row.timed, self.rows[0].timed) for row in self.rows[1:]]
        return tuple(None if ratio.is_open else ratio for ratio in found)


def processes(row: BackendRuns) -> int:
    """How many processes trained together in each of its runs."""
    return row.runs[0].spec.processes


def speed(row: BackendRuns) -> float:
    """The median of its images per second."""
    found = row.timing("images_per_second")
    return found.median if found else 0.0


def communication(row: BackendRuns) -> float | None:
    """The share of steady training in which a process waited for the gradients of others; None where none is known."""
    times = [run.counted_times for run in row.timed]
    found = [each.communication / each.training for each in times if each.training > 0]
    return fmean(found) if found and any(found) else None


def scalings(groups: Sequence[Group]) -> list[Scaling]:
    """One for each network and backend that was trained in more than one number of processes."""
    alike: dict[Setting, list[Group]] = {}
    for group in groups:
        setting = with_changes(group.setting, spec=replace(group.spec, processes=1))
        alike.setdefault(setting, []).append(group)
    found = []
    for own in alike.values():
        rows: dict[str, list[BackendRuns]] = {}
        for group in sorted(own, key=lambda one: one.spec.processes):
            for row, _ in rows_with_speed(group):
                rows.setdefault(row.label, []).append(row)
        network = own[0].label_without(plural(own[0].spec.processes, "process"))
        found += [Scaling(network, tuple(same)) for same in rows.values() if len(same) > 1]
    return found


def scaling_table(groups: Sequence[Group]) -> Table:
    """The speed in each number of processes; without rows where no network was trained in several."""
    columns = ("network", "backend", "processes", "images/s", "times as fast", "range", "communication")
    rows = []
    for one in scalings(groups):
        for row, ratio in zip(one.rows, (None, *one.gains), strict=True):
            share = communication(row)
            rows.append(
                (
                    one.network,
                    one.backend,
                    str(processes(row)),
                    number(row.timing("images_per_second"), "{:,.0f}"),
                    ratio_words(ratio) if ratio else NOTHING,
                    range_words(ratio) if ratio else NOTHING,
                    NOTHING if share is None else f"{100 * share:.0f} %",
                )
            )
    note = (
        "Processes share the threads, and every batch. Times as fast is against the fewest processes; it is missing "
        "where the timing does not allow a comparison. Communication is the share of steady training between the last "
        "of a process's own gradients and the sum of all: the exchange, and the wait for a slower process."
    )
    return Table(TITLE, columns, tuple(rows), note)


def processes_caveats(groups: Sequence[Group]) -> list[Caveat]:
    """What several processes do otherwise than one: the batch norms of a network."""
    found = [group for group in groups if group.spec.processes > 1 and group.finished and _normalizes(group)]
    if not found:
        return []
    return [
        Caveat(
            "Batch norms of several processes",
            f"{few([group.label for group in found])}: each process normalizes by its own part of a batch, and the "
            "running statistics are those of the first one.",
            "So the training is another one than in a single process, which is what a certificate shows. All "
            "frameworks do the same.",
            "A single process normalizes by the whole batch.",
        )
    ]


def _normalizes(group: Group) -> bool:
    return any(shaped.layer.normalizes for shaped in group.spec.architecture.all_layers)
