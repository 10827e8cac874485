"""Why the speed of a backend is not compared with that of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_compare.document.words import listing, significant
from mnist_compare.records.measures import train_seconds
from mnist_compare.records.timing import MOST_LOST
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.statistics import BackendRuns

SHORTEST_SECONDS = 1.0  # the pauses of a system, and a framework's own start, weigh too much in less

Kind = Literal["short", "beside", "disturbed"]


@dataclass(frozen=True)
class Reservation:
    """Of a row, by its label: what kind of doubt there is, and the number that it comes from.

    Seconds of training where it was too short, the runs at a time where it was not alone, and the cores that other work
    kept busy where that may have disturbed it; `repeated` where each of its runs was timed so more than once.
    """

    label: str
    kind: Kind
    number: float
    repeated: bool = False


def reservation(row: BackendRuns) -> Reservation | None:
    """The doubt about a row's timing that forbids to compare it; None where there is none."""
    runs = row.timed
    seconds = min((found for run in runs if (found := train_seconds(run)) is not None), default=0.0)
    if seconds < SHORTEST_SECONDS:
        return Reservation(row.label, "short", seconds)
    jobs = max(timing.jobs for run in runs for timing in run.counted)
    if jobs > 1:
        return Reservation(row.label, "beside", jobs)
    if any(run.is_disturbed or run.lost > MOST_LOST for run in runs):
        repeated = all(len(run.counted) > 1 for run in runs)
        return Reservation(row.label, "disturbed", max(run.counted_others for run in runs), repeated)
    return None


def reservation_sentences(found: Sequence[Reservation]) -> list[str]:
    """For each kind of doubt: who is not compared in speed, why, and what to do."""
    return list(map(str, reservation_caveats(found)))


def reservation_caveats(found: Sequence[Reservation]) -> list[Caveat]:
    """The same as caveats."""
    told = []
    if short := [one for one in found if one.kind == "short"]:
        most = SHORTEST_SECONDS - 0.01  # 0.999 is not told as 1.00
        seconds = listing([f"{significant(min(one.number, most), 2)} s" for one in short])
        cause = (
            f"{_names(short)} not compared in speed: {seconds} of training {'is' if len(short) == 1 else 'are'} too "
            f"short to tell ({SHORTEST_SECONDS:g} s at least)."
        )
        told.append(Caveat("Too short to time", cause, action="More --epochs or images make it longer."))
    if beside := [one for one in found if one.kind == "beside"]:
        cause = f"{_names(beside)} not compared in speed: other runs were trained at the same time."
        action = "--retime times each run again, alone."
        told.append(Caveat("Runs at the same time", cause, action=action, options="--retime"))
    if disturbed := [one for one in found if one.kind == "disturbed"]:
        most = max(one.number for one in disturbed)
        again = "also repeated; " if all(one.repeated for one in disturbed) else ""
        cause = (
            f"{_names(disturbed)} not compared in speed: other work may have disturbed the timing ({again}it kept up "
            f"to {significant(most, 2)} cores busy)."
        )
        action = "On a quiet machine, the same command with --retime times the runs again."
        told.append(Caveat("Times that may be disturbed", cause, action=action, options="--retime"))
    return told


def _names(found: Sequence[Reservation]) -> str:
    return f"{listing([one.label for one in found])} {'is' if len(found) == 1 else 'are'}"
