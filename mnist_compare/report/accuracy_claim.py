"""Is a framework more accurate? What the accuracies of the same seeds show, pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.document.words import plural
from mnist_compare.records.record import Status
from mnist_compare.report.claim import Badge, Claim, absent, few, nothing_to_compare, places, prefix, several
from mnist_compare.report.paired import FEWEST, PairedAccuracy, margin_words, paired_accuracies
from mnist_compare.report.statistics import Group

MAX_TOLD = 2


@dataclass(frozen=True)
class Judged:
    """The pairs of a group's rows, judged; `count` are all pairs that there are, with or without seeds in common."""

    group: Group
    pairs: tuple[PairedAccuracy, ...]
    count: int

    @property
    def equal(self) -> list[PairedAccuracy]:
        """Those that are shown to be as good as equal."""
        return [pair for pair in self.pairs if pair.verdict == "equal"]

    @property
    def apart(self) -> list[PairedAccuracy]:
        """Those that are shown to differ, the more accurate one first."""
        return [_better_first(pair) for pair in self.pairs if pair.verdict in ("larger", "smaller")]

    @property
    def open(self) -> int:
        """How many are neither."""
        return self.count - len(self.equal) - len(self.apart)

    @property
    def seeds(self) -> int:
        """The most seeds that a pair has in common."""
        return max((len(pair.differences) for pair in self.pairs), default=1)


def accuracy_claim(groups: Sequence[Group]) -> Claim:
    """The claim over all groups with two rows or more."""
    compared = several(groups)
    if not compared:
        return Claim(Badge.OPEN, "There are no accuracies to compare.", nothing_to_compare(groups))
    found = [_judge(group) for group in compared]
    decided = [one for one in found if one.equal or one.apart]
    badge, short = _judged(found)
    doubts = _doubts(groups, [one.group for one in decided])
    if badge is Badge.CLAIMED and doubts:
        badge = Badge.PART
    return Claim(badge, short, " ".join(filter(None, (_apart(found), _equal(found), _open(found), *doubts))))


def _judge(group: Group) -> Judged:
    rows = len(group.finished)
    return Judged(group, tuple(paired_accuracies(group)), rows * (rows - 1) // 2)


def _judged(found: Sequence[Judged]) -> tuple[Badge, str]:
    apart = [pair for one in found for pair in one.apart]
    left = any(one.open for one in found)
    if not apart and not any(one.equal for one in found):
        return Badge.OPEN, "No framework is shown to be more accurate."
    badge = Badge.PART if left else Badge.CLAIMED
    if not apart:
        return badge, "No framework is shown to be more accurate." if left else "The frameworks are equally accurate."
    if best := _best(found):
        return badge, f"{best} is the most accurate."
    if len(apart) == 1:
        return badge, f"{apart[0].a} is shown to be more accurate than {apart[0].b}{_where(apart[0], found)}."
    return badge, "Some frameworks are shown to be more accurate than others."


def _where(pair: PairedAccuracy, found: Sequence[Judged]) -> str:
    return f" in {pair.group}" if len(found) > 1 else ""


def _best(found: Sequence[Judged]) -> str:
    """The row that is shown to be more accurate than every other one of its group, in every group."""
    firsts = []
    for one in found:
        others = len(one.group.finished) - 1
        wins = [pair.a for pair in one.apart]
        firsts.append({name for name in wins if wins.count(name) == others})
    return next(iter(set.intersection(*firsts)), "") if found else ""


def _apart(found: Sequence[Judged]) -> str:
    told = [
        f"{prefix(one.group, [other.group for other in found])}{pair.a} is ahead of {pair.b} by "
        f"{100 * pair.interval.middle:.2f} points ({100 * pair.interval.low:.2f} to {100 * pair.interval.high:.2f}, "
        f"{plural(len(pair.differences), 'seed')})"
        for one in found
        for pair in one.apart
    ]
    more = f"; and {len(told) - MAX_TOLD} more pairs" if len(told) > MAX_TOLD + 1 else ""
    return f"{'; '.join(told[: MAX_TOLD if more else MAX_TOLD + 1])}{more}." if told else ""


def _equal(found: Sequence[Judged]) -> str:
    pairs = [pair for one in found for pair in one.equal]
    if not pairs:
        return ""
    seeds = min(len(pair.differences) for pair in pairs)
    equal = [one.group for one in found if one.equal]
    where = f" in {places(equal, [one.group for one in found])}" if len(found) > 1 else ""
    whole = all(len(one.equal) == one.count for one in found if one.equal)
    who = "Every two of them" if whole and len(pairs) > 1 else few([f"{pair.a} and {pair.b}" for pair in pairs])
    return f"{who} are shown to be within {margin_words(pairs)} of each other over {plural(seeds, 'seed')}{where}."


def _open(found: Sequence[Judged]) -> str:
    """Why pairs are not decided."""
    left = [one for one in found if one.open]
    if not left:
        return ""
    decided = any(one.equal or one.apart for one in found)
    fewest, most = min(one.seeds for one in left), max(one.seeds for one in left)
    others = "Of the other pairs nothing is known: " if decided else ""
    if most >= FEWEST:
        told = f"over {plural(most, 'seed')} they are shown neither to differ nor to be within "
        told += margin_words([pair for one in left for pair in one.pairs])
        return f"{others}{told}." if others else f"{told[0].upper()}{told[1:]}."
    had = f"{fewest} to {most} seeds" if fewest < most else "one seed" if most == 1 else f"{most} seeds"
    told = f"{had} cannot tell a difference from chance; {FEWEST} or more can"
    return f"{others}{told}." if others else f"{told[0].upper()}{told[1:]}."


def _doubts(groups: Sequence[Group], decided: Sequence[Group]) -> list[str]:
    """What limits a claim on the decided groups, besides seeds."""
    lost = [row.label for group in decided for row in group.finished if row.statuses.get(Status.DIVERGED)]
    failed = [f"{pair.a} and {pair.b}" for group in decided for pair in group.failed if not pair.reason]
    return [
        *([f"Runs that diverged are not counted ({few(lost)})."] if lost else []),
        *([f"{few(failed)} do not run the same training."] if failed else []),
        *filter(None, [absent(groups, decided)]),
    ]


def _better_first(pair: PairedAccuracy) -> PairedAccuracy:
    if pair.verdict == "larger":
        return pair
    turned = tuple(-difference for difference in pair.differences)
    return PairedAccuracy(pair.group, pair.b, pair.a, turned, pair.p_different, pair.p_equivalent)
