"""Is a framework faster? What the times of steady training show, and where they show nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.document.words import listing
from mnist_compare.report.claim import Badge, Claim, absent, few, nothing_to_compare, noun, prefix, several
from mnist_compare.report.ratio import Ratio
from mnist_compare.report.reservation import Kind, Reservation, reservation
from mnist_compare.report.speed import Speed, rows_with_speed, speed_of
from mnist_compare.report.statistics import Group
from mnist_compare.report.verdict import factor_words, with_ranges

WHY: dict[Kind, str] = {
    "short": "they are too short to tell",
    "beside": "other runs were trained at the same time",
    "disturbed": "other work may have disturbed them",
}
MAX_TOLD = 2


@dataclass(frozen=True)
class Timed:
    """The speeds of a group's rows; None where no two of them can be compared."""

    group: Group
    speed: Speed | None
    reserved: tuple[Reservation, ...]

    @property
    def beaten(self) -> list[Ratio]:
        """The rows that the fastest one is shown to be faster than."""
        return [other for other in self.speed.others if other.low > 1] if self.speed else []

    @property
    def open(self) -> list[Ratio]:
        """The rows that are compared with it and may as well be as fast."""
        return [other for other in self.speed.others if other.is_equal] if self.speed else []

    @property
    def fastest(self) -> str:
        """The one that the others are compared with; "" where none is."""
        return self.speed.fastest if self.speed else ""

    @property
    def is_whole(self) -> bool:
        """Whether it is shown to be faster than every other row."""
        return bool(self.beaten) and len(self.beaten) == len(self.group.finished) - 1

    @property
    def is_certain(self) -> bool:
        """Whether that rests on several timings of each, none of them put together from parts."""
        resumed = self.speed.resumed if self.speed else ()
        return self.is_whole and not resumed and all(other.timings > 1 for other in self.beaten)


def speed_claim(groups: Sequence[Group]) -> Claim:
    """The claim over all groups with two rows or more."""
    compared = several(groups)
    if not compared:
        return Claim(Badge.OPEN, "There are no times to compare.", nothing_to_compare(groups))
    found = [_timed(group) for group in compared]
    missing = absent(groups, compared)
    rest = [_factors(found), _undecided(found), *_reserved(found), _failed(found), missing]
    badge = Badge.PART if missing and _badge(found) is Badge.CLAIMED else _badge(found)
    return Claim(badge, _short(found), " ".join(filter(None, rest)))


def _timed(group: Group) -> Timed:
    doubts = (reservation(row) for row, _ in rows_with_speed(group))
    return Timed(group, speed_of(group), tuple(doubt for doubt in doubts if doubt))


def _badge(found: Sequence[Timed]) -> Badge:
    if not any(one.beaten for one in found):
        return Badge.OPEN
    return Badge.CLAIMED if all(one.is_certain for one in found) else Badge.PART


def _short(found: Sequence[Timed]) -> str:
    told = [one for one in found if one.beaten]
    whole = [one for one in found if one.is_whole]
    names = {one.fastest for one in told}
    if not told:
        return "No framework is shown to train faster."
    if len({one.fastest for one in whole}) > 1:
        return f"Which framework trains fastest depends on the {noun([one.group for one in whole])}."
    if len(names) == 1 and whole:
        where = f" in {few([one.group.label for one in whole])}" if len(whole) < len(found) else ""
        return f"{whole[0].fastest} trains fastest{where}."
    if len(found) == 1:
        return f"{told[0].fastest} trains faster than {listing([other.backend for other in told[0].beaten])}."
    if len(names) == 1:
        return f"{told[0].fastest} trains faster than some others."
    return "Some frameworks train faster than others."


def _factors(found: Sequence[Timed]) -> str:
    told = [one for one in found if one.beaten]
    if not told:
        return ""
    groups = [one.group for one in found]
    same = len({one.fastest for one in told}) == 1
    parts = [
        f"{prefix(one.group, groups)}{'' if same else f'{one.fastest} '}"
        f"{listing([factor_words(other) for other in one.beaten])}"
        for one in told[:MAX_TOLD]
    ]
    parts[0] = f"{parts[0][0].upper()}{parts[0][1:]}" if same and len(groups) == 1 else parts[0]
    once = any(other.timings == 1 for one in told for other in one.beaten)
    at_once = next((one.speed.at_once for one in told if one.speed and one.speed.at_once), "")
    kind = " In brackets: the range of one timing each." if once else f" In brackets: 95 % intervals{at_once}."
    return f"{'; '.join(parts)}{'; the table has the others' if len(told) > MAX_TOLD else ''}.{kind}"


def _undecided(found: Sequence[Timed]) -> str:
    left = [one for one in found if one.open]
    if not left:
        return ""
    if len(found) == 1:
        return f"It cannot be told whether {left[0].fastest} is faster than {with_ranges(left[0].open)}."
    names = few([name for one in left for name in (one.fastest, *(other.backend for other in one.open))])
    return f"In {few([one.group.label for one in left])} it cannot be told which of {names} is faster."


def _reserved(found: Sequence[Timed]) -> list[str]:
    """Whose times are not compared, and why: one sentence for each reason."""
    told = []
    for kind, why in WHY.items():
        doubtful = [one for one in found if any(doubt.kind == kind for doubt in one.reserved)]
        rows = few([doubt.label for one in doubtful for doubt in one.reserved if doubt.kind == kind])
        where = f" in {few([one.group.label for one in doubtful])}" if len(found) > 1 else ""
        if doubtful:
            told.append(f"The times of {rows}{where} rank nothing, because {why}.")
    return told


def _failed(found: Sequence[Timed]) -> str:
    failed = [f"{pair.a} and {pair.b}" for one in found for pair in one.group.failed]
    return f"{few(failed)} are not compared, since they are not known to run the same training." if failed else ""
