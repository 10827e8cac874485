"""The runs of two comparisons that did not finish, and which of these are done in the other one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from mnist_compare.document.words import listing, readable
from mnist_compare.experiment.train_metrics import FULL
from mnist_compare.records.record import Record, Status
from mnist_compare.report.statistics import BackendRuns, Group

Which = Literal["old", "new"]
MEANT = (Status.DONE, Status.PRUNED)
"""How runs end that nothing has kept from it."""


@dataclass(frozen=True)
class Unfinished:
    """A run of one of two comparisons that failed, diverged or was interrupted.

    `asked` is what it has in common with the same run on another device; `lost` says that the other comparison has it
    done, and its own has not.
    """

    which: Which
    label: str
    run: Record
    asked: bytes
    lost: bool


def asked_of(group: Group, row: BackendRuns) -> bytes:
    """All that was asked for but seed and device: a run that no worker has begun does not know its device."""
    data = msgspec.structs.replace(group.spec.data, source="")
    asked = msgspec.structs.replace(group.spec, data=data, train_metrics=FULL)  # what is measured changes no training
    return msgspec.json.encode([asked, group.setting.precision, row.backend], order="sorted")


def find_unfinished(which: Which, own: Sequence[Group], other: Sequence[Group]) -> tuple[Unfinished, ...]:
    """Those of one comparison, set against the other one."""
    here, there = _devices(own), _devices(other)
    found = []
    for group, row, asked in _rows(own):
        for run in row.runs:
            if run.status in MEANT:
                continue
            missing = there[asked, run.seed] - here[asked, run.seed]
            lost = run.used_device in missing or (bool(missing) and not run.history)
            found.append(Unfinished(which, f"{row.label} {group.label}", run, asked, lost))
    return tuple(found)


def ends(runs: Iterable[Unfinished]) -> dict[str, str]:
    """How they ended, by the label of their row: "crashed (seeds 0 and 1)"."""
    seeds: dict[str, dict[Status, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in runs:
        seeds[one.label][one.run.status].append(one.run.seed)
    return {
        label: listing(
            [f"{readable(status)} (seed{'s' * (len(of) > 1)} {listing([*map(str, of)])})" for status, of in by]
        )
        for label, by in ((label, found.items()) for label, found in seeds.items())
    }


def _devices(groups: Iterable[Group]) -> defaultdict[tuple[bytes, int], set[str]]:
    """On which devices runs are done, by what was asked for and the seed."""
    found: defaultdict[tuple[bytes, int], set[str]] = defaultdict(set)
    for _, row, asked in _rows(groups):
        for run in row.done:
            found[asked, run.seed].add(run.used_device)
    return found


def _rows(groups: Iterable[Group]) -> Iterator[tuple[Group, BackendRuns, bytes]]:
    return ((group, row, asked_of(group, row)) for group in groups for row in group.rows)
