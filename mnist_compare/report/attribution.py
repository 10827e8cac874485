"""Where a gap between two frameworks comes from: from their defaults, or from their engines.

In native mode two backends differ in both; in matched mode in the engine alone. So the matched gap is the
engine's share, and what is left of the native gap is the defaults'.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, stdev

import msgspec

from mnist_compare.document.table import Table
from mnist_compare.document.words import MINUS
from mnist_compare.recipe.mode import MATCHED, NATIVE
from mnist_compare.report.statistics import Group, Setting


@dataclass(frozen=True)
class Share:
    """Test accuracy of `a` minus that of `b`, in percentage points: per seed, in native and in matched mode."""

    network: str
    a: str
    b: str
    native: tuple[float, ...]
    matched: tuple[float, ...]

    @property
    def defaults(self) -> tuple[float, ...]:
        """What the frameworks' defaults account for, per seed."""
        return tuple(native - matched for native, matched in zip(self.native, self.matched, strict=True))


def attribute(groups: Sequence[Group]) -> list[Share]:
    """The shares of every pair of backends, of the networks that were trained in both modes with the same seeds."""
    shares = []
    by_setting = {group.setting: group for group in reversed(groups)}
    for native in groups:
        matched = by_setting.get(with_mode(native, MATCHED))
        if native.spec.mode != NATIVE or matched is None:
            continue
        ours, theirs = ({row.label: row.accuracies for row in side.finished} for side in (matched, native))
        for a, b in combinations([label for label in theirs if label in ours], 2):
            seeds = sorted(theirs[a].keys() & theirs[b].keys() & ours[a].keys() & ours[b].keys())
            if seeds:
                gaps = [tuple(100 * (side[a][s] - side[b][s]) for s in seeds) for side in (theirs, ours)]
                shares.append(Share(native.label_without(NATIVE), a, b, gaps[0], gaps[1]))
    return shares


def attribution_table(groups: Sequence[Group]) -> Table:
    """The shares as a table; without rows where no network was trained in both modes."""
    columns = ("network", "backends", "gap in native mode", "from the defaults", "from the engine", "seeds")
    rows = tuple(
        (
            share.network,
            f"{share.a} {MINUS} {share.b}",
            _points(share.native),
            _points(share.defaults),
            _points(share.matched),
            str(len(share.native)),
        )
        for share in attribute(groups)
    )
    note = (
        "Test accuracy of the first backend minus that of the second, in percentage points, as a mean over the seeds. "
        "The gap in matched mode, where all defaults are made equal, is the engine's share; the rest of the native gap "
        "is what the frameworks' defaults account for."
    )
    return Table("Where the gaps come from (percentage points)", columns, rows, note if rows else "")


def with_mode(group: Group, mode: str) -> Setting:
    """The setting of a group, but for its mode."""
    return replace(group.setting, spec=msgspec.structs.replace(group.spec, mode=mode))


def _points(values: Sequence[float]) -> str:
    spread = f" ± {stdev(values):.2f}" if len(values) > 1 else ""
    return f"{fmean(values):+.2f}{spread}"
