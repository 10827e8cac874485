"""Do backends agree on which setting is best? Rank correlation, and what choosing by the other one would cost."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mnist_compare.document.words import MINUS, listing, plural, span
from mnist_compare.randomness import raw
from mnist_compare.report.intervals import LEVEL, Interval
from mnist_compare.report.settings import Setting, Study

FEWEST_SETTINGS = 8
"""Of fewer settings an order says little, and a bootstrap over them less."""
RESAMPLES = 999


@dataclass(frozen=True)
class OrderAgreement:
    """Two backends, and the settings that have a score in every backend.

    `tau` is Kendall's tau-b of their scores, from -1 (the reverse order) to 1 (the same order), with its interval by
    the bootstrap over settings; None where there is none. `cost` is how much accuracy the worse of two choices gives
    away: to take the other backend's best setting.
    """

    a: str
    b: str
    count: int
    tau: float | None
    interval: Interval | None
    best_a: Setting
    best_b: Setting
    cost: float
    within: bool
    """Whether each backend's score of the other's best setting lies within the interval of its own best."""
    equal: bool
    """Whether all scores are equal."""

    @property
    def same(self) -> bool:
        """Whether both have the same best setting."""
        return self.best_a is self.best_b


def order_agreements(study: Study) -> tuple[OrderAgreement, ...]:
    """Every two backends, over the settings that all backends have a result of: two of them at least."""
    names = [{one.name for one in study.ranked_in(label)} for label in study.backends]
    shared = set.intersection(*names)
    if len(shared) < 2:
        return ()
    return tuple(_compared(study, shared, a, b) for a, b in combinations(study.backends, 2))


def kendall(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Kendall's tau-b, which takes ties into account; None where all values of one are equal."""
    if len(set(a)) < 2 or len(set(b)) < 2:
        return None
    from scipy.stats import kendalltau  # which takes a while to import, as all of scipy

    # A p-value is made whether wanted or not: the exact one takes long, and the other divides by 0 where there are two.
    return float(kendalltau(a, b, method="asymptotic" if len(a) > 2 else "exact").statistic)


@lru_cache(maxsize=128)
def kendall_interval(a: tuple[float, ...], b: tuple[float, ...]) -> Interval | None:
    """Where tau lies for 95 % of as many settings drawn from these with replacement; None of too few of them."""
    middle = kendall(a, b)
    if len(a) < FEWEST_SETTINGS or middle is None:
        return None
    first, second = np.asarray(a), np.asarray(b)
    drawn = [kendall(first[places].tolist(), second[places].tolist()) for places in _draws(len(a))]
    found = [value for value in drawn if value is not None]
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(middle, float(low), float(high))


@lru_cache(maxsize=4)
def _draws(count: int) -> NDArray[np.intp]:
    """Which of so many settings each resample has, [RESAMPLES, count]."""
    words = raw(0, "settings", count, size=RESAMPLES * count)
    return (words % np.uint64(count)).astype(np.intp).reshape(RESAMPLES, count)


def _compared(study: Study, shared: Collection[str], a: str, b: str) -> OrderAgreement:
    common = [one for one in study.ranked_in(a) if one.name in shared]
    first, second = (tuple(one.scores[label].mean or 0.0 for one in common) for label in (a, b))
    best_a, best_b = common[0], next(one for one in study.ranked_in(b) if one.name in shared)
    return OrderAgreement(
        a,
        b,
        len(common),
        kendall(first, second),
        kendall_interval(first, second),
        best_a,
        best_b,
        max(_cost(a, best_a, best_b), _cost(b, best_b, best_a)),
        _within(a, best_a, best_b) and _within(b, best_b, best_a),
        first == second,
    )


def _cost(label: str, own: Setting, other: Setting) -> float:
    return max(0.0, (own.scores[label].mean or 0.0) - (other.scores[label].mean or 0.0))


def _within(label: str, own: Setting, other: Setting) -> bool:
    interval, mean = own.scores[label].interval, other.scores[label].mean
    return interval is not None and mean is not None and mean >= interval.low


def setting_sentences(studies: Sequence[Study]) -> list[str]:
    """The answer for each network, which comes first where there are several."""
    return [
        (f"{study.title}: " if len(studies) > 1 else "") + sentence
        for study in studies
        if (sentence := _sentence(study, order_agreements(study)))
    ]


def agreement_finding(study: Study) -> str:
    """In short: whether the backends agree on the best setting."""
    found = order_agreements(study)
    names = listing(study.backends)
    if all(one.equal for one in found):
        which = "every setting" if found[0].count == len(study.settings) else f"each of {_counted(study, found)}"
        return f"In {study.title}, {which} has the same accuracy in {names}"
    if all(one.same for one in found):
        return f"In {study.title}, {names} agree on the best of {_counted(study, found)}: {found[0].best_a.name}"
    return f"In {study.title}, {names} do not agree on the best of {_counted(study, found)}"


def _counted(study: Study, found: Sequence[OrderAgreement]) -> str:
    """Of how many settings backends are compared."""
    count = found[0].count
    return study.counted if count == len(study.settings) else f"the {count:,} settings that all have a result of"


def order_finding(study: Study) -> str:
    """In short: how far the backends agree on the order of all settings."""
    found = order_agreements(study)
    known = [one.tau for one in found if one.tau is not None]
    if not known:
        return f"The orders of the settings of {study.title} cannot be compared"
    low, high = min(known), max(known)
    if low == 1:
        who = "All backends" if len(known) == len(found) else "Backends whose scores are not all equal"
        return f"{who} have the settings of {study.title} in the same order"
    return (
        f"How alike backends order the settings of {study.title}: Kendall's tau {span(tau_words(low), tau_words(high))}"
    )


def tau_words(tau: float) -> str:
    """With two decimals; only the same order is 1.00."""
    return "0.99" if 0.99 <= tau < 1 else f"{tau:.2f}".replace("-", MINUS)


def _sentence(study: Study, found: Sequence[OrderAgreement]) -> str:
    if not found:
        return ""
    names = listing(study.backends)
    if all(one.equal for one in found):
        why = " The runs are matched: the frameworks train the same." if study.is_matched else ""
        return (
            f"{names} agree: every one of {_counted(study, found)} has exactly the same accuracy in each, the best of "
            f"them with {found[0].best_a.name}.{why}"
        )
    return " ".join([_best(study, found), _order(found), *_caution(study, found)])


def _best(study: Study, found: Sequence[OrderAgreement]) -> str:
    names = listing(study.backends)
    if all(one.same for one in found):
        return f"{names} agree on the best of {_counted(study, found)}: {found[0].best_a.name}."
    best = {label: one.name for pair in found for label, one in ((pair.a, pair.best_a), (pair.b, pair.best_b))}
    told = listing([f"{label}'s is {name}" for label, name in best.items()])
    cost = max(one.cost for one in found)
    apart = [one for one in found if not one.same]
    chance = (
        "which is within the interval of the best, so that chance may explain it"
        if all(one.within for one in apart)
        else "which is more than the interval of the best allows"
    )
    gives = f"Choosing by another of them costs at most {math.ceil(1e4 * cost - 1e-6) / 100:.2f} points, {chance}"
    if not cost:
        gives = "These are equally accurate, and differ in their loss alone"
    return f"{names} do not agree on the best of {_counted(study, found)}: {told}. {gives}."


def _order(found: Sequence[OrderAgreement]) -> str:
    known = [one for one in found if one.tau is not None]
    if not known:
        return "No order of the settings can be compared, since all scores of a backend are equal."
    low, high = min(one.tau or 0.0 for one in known), max(one.tau or 0.0 for one in known)
    text = (
        f"Kendall's tau of the orders of all settings is {span(tau_words(low), tau_words(high))} (1 is the same order)"
    )
    ends = [one.interval for one in known if one.interval]
    if ends and len(ends) == len(known):
        least, most = min(end.low for end in ends), max(end.high for end in ends)
        text += f"; over other settings of the kind it lies between {tau_words(least)} and {tau_words(most)} (95 %)"
    return f"{text}."


def _caution(study: Study, found: Sequence[OrderAgreement]) -> list[str]:
    told = []
    fewest = min(one.count for one in found)
    if fewest < FEWEST_SETTINGS:
        told.append(f"Of {plural(fewest, 'setting')} an order says little: it takes {FEWEST_SETTINGS} for an interval.")
    if study.seeds < 2:
        told.append("With one seed it is not known how much of that is the seed's luck.")
    return told
