"""Is it the same training? What a certificate says of the runs that are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from mnist_compare.certify.certificate import Pair
from mnist_compare.certify.gaps import Verdict
from mnist_compare.document.words import scientific
from mnist_compare.report.certified import OwnCertificate, group_pairs
from mnist_compare.report.claim import Badge, Claim, few, nothing_to_compare, places, prefix
from mnist_compare.report.statistics import Group

STRONGEST_FIRST: tuple[Verdict, ...] = ("differ", "match", "undecidable")
NATIVE = "In native mode every framework uses its own defaults, for initial weights for instance."


@dataclass(frozen=True)
class CertifiedPairs:
    """What certificates say of the backends of a group, two by two: those of which they say nothing are `unknown`."""

    group: Group
    matching: tuple[Pair, ...]
    differing: tuple[Pair, ...]
    doubtful: tuple[Pair, ...]
    unknown: tuple[tuple[str, str], ...]

    @property
    def is_whole(self) -> bool:
        """Whether every two backends match."""
        return not (self.differing or self.doubtful or self.unknown)


def training_claim(groups: Sequence[Group], certificates: Sequence[OwnCertificate]) -> Claim:
    """The claim on the groups in matched mode; the others are not meant to be the same training."""
    shared = [group for group in groups if len(_backends(group)) > 1]
    matched = [group for group in shared if group.spec.mode == "matched"]
    if not shared:
        return Claim(Badge.OPEN, "There are no two trainings to compare.", nothing_to_compare(groups))
    if not matched:
        return Claim(Badge.OPEN, "The training is not meant to be the same.", NATIVE)
    found = [certified_pairs(group, certificates) for group in matched]
    told = [_matches(found), *_troubles(found)] if certificates else ["There is no certificate yet."]
    if len(matched) < len(shared):
        told.append("Runs in native mode are not meant to be the same.")
    badge, short = _judged(found)
    return Claim(badge, short, " ".join(filter(None, told)))


def certified_pairs(group: Group, certificates: Sequence[OwnCertificate]) -> CertifiedPairs:
    """What the certificates say of a group. A pair that differs in one of them differs; of the others, one match is
    enough, since a certificate in another precision may decide less.
    """
    found: dict[frozenset[str], list[Pair]] = {}
    for pair in group_pairs(group, certificates):
        found.setdefault(pair.names, []).append(pair)
    kinds: dict[Verdict, list[Pair]] = {"match": [], "differ": [], "undecidable": []}
    unknown = []
    for a, b in combinations(_backends(group), 2):
        pairs = found.get(frozenset((a, b)), [])
        outcome = next((kind for kind in STRONGEST_FIRST if _with(pairs, kind)), None)
        if outcome is None:
            unknown.append((a, b))
        else:
            kinds[outcome] += _with(pairs, outcome)
    matching, differing, doubtful = map(tuple, kinds.values())
    return CertifiedPairs(group, matching, differing, doubtful, tuple(unknown))


def _with(pairs: Sequence[Pair], outcome: Verdict) -> list[Pair]:
    return [pair for pair in pairs if pair.outcome == outcome and not pair.reason]


def _backends(group: Group) -> list[str]:
    return list(dict.fromkeys(row.backend for row in group.finished))


def _judged(found: Sequence[CertifiedPairs]) -> tuple[Badge, str]:
    whole = [one.group for one in found if one.is_whole]
    if len(whole) == len(found):
        return Badge.CLAIMED, "The training is the same."
    if whole:
        return Badge.PART, f"The training is the same in {few([group.label for group in whole])}."
    if any(one.differing for one in found):
        return Badge.DENIED, "The training is not the same."
    if any(one.matching for one in found):
        return Badge.PART, "Some of the backends run the same training."
    return Badge.OPEN, "That the training is the same is not shown."


def _matches(found: Sequence[CertifiedPairs]) -> str:
    """How near the losses of those that match are, in the most exact precision that there is."""
    told = [one for one in found if one.matching]
    if not told:
        return ""
    precision = max(pair.precision for one in told for pair in one.matching)
    pairs = [pair for one in told for pair in one.matching if pair.precision == precision]
    where = [one.group for one in told if any(pair.precision == precision for pair in one.matching)]
    names = few([name for pair in pairs for name in (pair.a, pair.b)])
    steps = min(pair.steps for pair in pairs)
    gaps = [pair.loss_gap for pair in pairs]
    apart = f"stay within {scientific(max(filter(None, gaps), default=0.0))} of each other"
    if None in gaps:
        apart = "match"
    elif not any(gaps):
        apart = "are equal to the last bit"
    place = f", in {places(where, [one.group for one in found])}" if len(found) > 1 else ""
    return f"In {precision} the losses of {names} {apart} for {steps:,} steps{place}."


def _troubles(found: Sequence[CertifiedPairs]) -> list[str]:
    groups = [one.group for one in found]
    told = [
        f"{prefix(one.group, groups)}{pair.a} and {pair.b} differ ({pair.complaint})."
        for one in found
        for pair in one.differing[:1]
    ][:2]
    if doubtful := [one for one in found if one.doubtful]:
        first = min((pair for one in doubtful for pair in one.doubtful), key=lambda pair: pair.certified_steps)
        told.append(
            f"In {few([one.group.label for one in doubtful])} rounding alone may lead as far as "
            f"{first.a} and {first.b} are apart; {_certified(first)}."
        )
    if unknown := [one for one in found if one.unknown]:
        pairs = few([f"{a} and {b}" for one in unknown for a, b in one.unknown])
        where = f" training {few([one.group.label for one in unknown])}" if len(groups) > 1 else ""
        told.append(f"No certificate of these versions compares {pairs}{where}.")
    return told


def _certified(pair: Pair) -> str:
    return f"up to step {pair.certified_steps:,} they match" if pair.certified_steps else "no step is certified"
