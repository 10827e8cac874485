"""How fast each backend is plain and tuned, where it was trained both ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes

from msgspec.structs import replace

from mnist_compare.certify.certificate import Pair
from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING
from mnist_compare.lowering import PLAIN
from mnist_compare.report.cells import number
from mnist_compare.report.ratio import Ratio, compare
from mnist_compare.report.reservation import Reservation, reservation, reservation_sentences
from mnist_compare.report.speed import rows_with_speed
from mnist_compare.report.statistics import BackendRuns, Group, Setting
from mnist_compare.report.verdict import range_words, ratio_words

TITLE = "Plain and tuned"


@dataclass(frozen=True)
class Gain:
    """A backend that trained a network plain and with a tuning: of the same label, under the same conditions."""

    network: str
    tuning: str
    plain: BackendRuns
    tuned: BackendRuns
    changed: Pair | None = None
    """The two in a certificate, where that has not found that they train the same."""

    @property
    def passes(self) -> tuple[str, ...]:
        """Those that have changed something in the network."""
        return self.tuned.passes

    @property
    def reserved(self) -> tuple[Reservation, ...]:
        """The doubts about its timings that forbid to compare them."""
        doubts = ((self.plain, PLAIN), (self.tuned, self.tuning))
        found = [(reservation(row), tuning) for row, tuning in doubts]
        return tuple(with_changes(one, label=f"{one.label} ({self.network}, {tuning})") for one, tuning in found if one)

    @property
    def ratio(self) -> Ratio | None:
        """How many times as fast the tuned network trains as the plain one; None where that cannot be told."""
        if self.changed or self.reserved or not self.passes:
            return None
        found = compare(self.tuned.label, self.tuned.timed, self.plain.timed)
        return None if found.is_open else found


def gains(groups: Sequence[Group]) -> list[Gain]:
    """A gain for each backend and tuning of which there are plain runs that differ in nothing else."""
    by_setting = {group.setting: group for group in reversed(groups)}
    found = []
    for group in groups:
        plain = by_setting.get(_plain(group.setting))
        if group.spec.tuning == PLAIN or plain is None:
            continue
        plain_rows, tuned_rows = ({row.label: row for row, _ in rows_with_speed(one)} for one in (plain, group))
        network = group.label_without(group.spec.tuning)
        changed = dict(group.changed)
        found += [
            Gain(network, group.spec.tuning, plain_rows[row.label], row, changed.get(row.backend))
            for row in group.rows
            if row.label in plain_rows and row.label in tuned_rows
        ]
    return found


def gains_table(groups: Sequence[Group]) -> Table:
    """The gains as a table; without rows where nothing was trained both plain and tuned."""
    found = gains(groups)
    columns = ("network", "backend", "tuning", "plain images/s", "tuned images/s", "times as fast", "range", "passes")
    rows = tuple(
        (
            gain.network,
            gain.tuned.label,
            gain.tuning,
            number(gain.plain.timing("images_per_second"), "{:,.0f}"),
            number(gain.tuned.timing("images_per_second"), "{:,.0f}"),
            *((ratio_words(ratio), range_words(ratio)) if (ratio := gain.ratio) else (NOTHING, NOTHING)),
            ", ".join(gain.passes) or "none",
        )
        for gain in found
    )
    note = (
        "Plain is the network as users of the framework write it; tuned is the same network after the passes named. "
        "Where there are none, both are the same. A factor is missing where the timing does not allow a comparison, or "
        "its range says nothing."
    )
    kept = [name for name in columns if name != "tuning" or len({gain.tuning for gain in found}) > 1]
    return Table(TITLE, columns, rows, note).select(*kept)


def gain_sentences(groups: Sequence[Group]) -> list[str]:
    """Which speeds of plain and tuned networks are not compared, and why."""
    found = gains(groups)
    doubts = dict.fromkeys(one for gain in found if gain.passes for one in gain.reserved)
    return [*(_changed(gain, gain.changed) for gain in found if gain.changed), *reservation_sentences([*doubts])]


def _changed(gain: Gain, pair: Pair) -> str:
    """What a certificate says of the two; of a trace that is missing it says why."""
    same = f"{gain.tuned.label} trains {gain.network} the same way plain as {gain.tuning}"
    if pair.reason:
        return f"It is not known whether {same}: {pair.reason}. Their speeds are not compared."
    return f"A certificate does not find that {same}: their speeds are not compared."


def _plain(setting: Setting) -> Setting:
    return with_changes(setting, spec=replace(setting.spec, tuning=PLAIN))
