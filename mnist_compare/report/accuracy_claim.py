"""Is a framework more accurate? What the accuracies of the same seeds show, pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mnist_compare.document.words import plural
from mnist_compare.records.record import Status
from mnist_compare.report.claim import Badge, Claim, absent, few, nothing_to_compare, places, prefix, several
from mnist_compare.report.paired import FEWEST, PERCENT, PairedAccuracy, margin_words, paired_accuracies
from mnist_compare.report.statistics import Group

MAX_TOLD = 2


@dataclass(frozen=True)
class JudgedGroup:
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
    def undecided(self) -> list[PairedAccuracy]:
        """Those with enough seeds that are neither."""
        return [pair for pair in self.pairs if pair.verdict == "undecided"]

    @property
    def too_few(self) -> list[int]:
        """The seeds in common of those that have too few to claim anything; where it is one at most, 1."""
        few_seeds = [seeds for pair in self.pairs if (seeds := len(pair.differences)) < FEWEST]
        return [*few_seeds, *[1] * (self.count - len(self.pairs))]

    @property
    def is_open(self) -> bool:
        """Whether any is neither."""
        return bool(self.undecided or self.too_few)


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
    return Claim(
        badge, short, " ".join(filter(None, (_apart(found), _equal(found), _open(found), _coarse(found), *doubts)))
    )


def _judge(group: Group) -> JudgedGroup:
    rows = len(group.finished)
    return JudgedGroup(group, paired_accuracies(group), rows * (rows - 1) // 2)


def _judged(found: Sequence[JudgedGroup]) -> tuple[Badge, str]:
    apart = [pair for one in found for pair in one.apart]
    left = any(one.is_open for one in found)
    if not apart and not any(one.equal for one in found):
        return Badge.OPEN, "No framework is shown to be more accurate."
    badge = Badge.PART if left else Badge.CLAIMED
    if not apart:
        names = {row.backend for one in found for row in one.group.finished}
        equal = f"The {'frameworks' if len(names) > 1 else 'versions'} are equally accurate."
        return badge, "No framework is shown to be more accurate." if left else equal
    if best := _best(found):
        return badge, f"{best} is the most accurate."
    if len(apart) == 1:
        return badge, f"{apart[0].a} is shown to be more accurate than {apart[0].b}{_where(apart[0], found)}."
    return badge, "Some frameworks are shown to be more accurate than others."


def _where(pair: PairedAccuracy, found: Sequence[JudgedGroup]) -> str:
    return f" in {pair.group}" if len(found) > 1 else ""


def _best(found: Sequence[JudgedGroup]) -> str:
    """The row that is shown to be more accurate than every other one of its group, in every group."""
    firsts = []
    for one in found:
        others = len(one.group.finished) - 1
        wins = [pair.a for pair in one.apart]
        firsts.append({name for name in wins if wins.count(name) == others})
    return next(iter(set.intersection(*firsts)), "") if found else ""


def _apart(found: Sequence[JudgedGroup]) -> str:
    told = [
        f"{prefix(one.group, [other.group for other in found])}{pair.a} is ahead of {pair.b} by "
        f"{100 * pair.interval.middle:.2f} points ({100 * pair.interval.low:.2f} to {100 * pair.interval.high:.2f}, "
        f"{plural(len(pair.differences), 'seed')})"
        for one in found
        for pair in one.apart
    ]
    more = f"; and {len(told) - MAX_TOLD} more pairs" if len(told) > MAX_TOLD + 1 else ""
    return f"{'; '.join(told[: MAX_TOLD if more else MAX_TOLD + 1])}{more}." if told else ""


def _equal(found: Sequence[JudgedGroup]) -> str:
    pairs = [pair for one in found for pair in one.equal]
    if not pairs:
        return ""
    seeds = min(len(pair.differences) for pair in pairs)
    equal = [one.group for one in found if one.equal]
    where = f" in {places(equal, [one.group for one in found])}" if len(found) > 1 else ""
    whole = all(len(one.equal) == one.count for one in found if one.equal)
    who = "Every two of them" if whole and len(pairs) > 1 else few([f"{pair.a} and {pair.b}" for pair in pairs])
    return f"{who} are shown to be within {margin_words(pairs)} of each other over {plural(seeds, 'seed')}{where}."


def _open(found: Sequence[JudgedGroup]) -> str:
    """Why pairs are not decided: each for a reason of its own, since one backend may have fewer seeds than others."""
    undecided, too_few = [pair for one in found for pair in one.undecided], [n for one in found for n in one.too_few]
    told = []
    if undecided:
        seeds = _seeds([len(pair.differences) for pair in undecided])
        who = "some" if too_few else "they"
        told.append(f"over {seeds} {who} are shown neither to differ nor to be within {margin_words(undecided)}")
    if too_few:
        had = "one seed" if max(too_few) == 1 else _seeds(too_few)
        told.append(f"{had} cannot tell a difference from chance; {FEWEST} or more can")
    if not told:
        return ""
    text = ", and ".join(told)
    if any(one.equal or one.apart for one in found):
        return f"Of the other pairs nothing is known: {text}."
    return f"{text[0].upper()}{text[1:]}."


def _coarse(found: Sequence[JudgedGroup]) -> str:
    """That the test set is too small for the margin, where that leaves pairs undecided."""
    steps = [pair.resolution for one in found for pair in one.undecided if pair.resolution >= pair.margin]
    if not steps:
        return ""
    return f"One test image alone is {PERCENT * max(steps):.3g} points: with more of them, less can be shown."


def _seeds(counts: Sequence[int]) -> str:
    return f"{min(counts)} to {max(counts)} seeds" if min(counts) < max(counts) else plural(counts[0], "seed")


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
    return replace(pair, a=pair.b, b=pair.a, differences=turned)
