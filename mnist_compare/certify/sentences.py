"""What a certificate says, in sentences."""

from collections.abc import Sequence
from itertools import groupby

from mnist_compare.backend import reference_name
from mnist_compare.certify.certificate import Certificate, Pair
from mnist_compare.certify.tables import power
from mnist_compare.document.words import listing, plural, span

MAX_COMPLAINTS = 10


def headline(certificate: Certificate) -> str:
    """What becomes of the backends, in a few words."""
    if certificate.outcome == "match":
        return "match"
    if certificate.outcome == "undecidable":
        return "differ by no more than rounding" if _measured(certificate) else "are undecidable"
    return (
        "DO NOT match" if any(not pair.reason for pair in certificate.with_outcome("differ")) else "are NOT certified"
    )


def verdict(certificate: Certificate) -> list[str]:
    """The certificate in sentences: one where all pairs match; else what differs, and what could not be decided."""
    if certificate.outcome == "match":
        return [_match(certificate)]
    cases = cases_of(certificate)
    complaints = [sentence for case in cases for sentence in (*absences(case), *differences(case))]
    doubtful = [sentence for case in cases for sentence in doubts(case)]
    return [_summary(certificate), *_first(complaints), *_first(doubtful)]


def _first(sentences: Sequence[str]) -> list[str]:
    left = len(sentences) - MAX_COMPLAINTS
    return [*sentences[:MAX_COMPLAINTS], *([f"And {left:,} more like these."] if left > 0 else [])]


def _summary(certificate: Certificate) -> str:
    pairs = plural(len(certificate.pairs), "pair")
    if differing := certificate.with_outcome("differ"):
        known = any(not pair.reason for pair in differing)
        return f"{len(differing):,} of {pairs} {'do not match' if known else 'could not be compared'}."
    return "No pair differs by more than rounding." if _measured(certificate) else "No pair is known to differ."


def _measured(certificate: Certificate) -> bool:
    return all(pair.noise for pair in certificate.with_outcome("undecidable"))


def cases_of(certificate: Certificate) -> list[list[Pair]]:
    """The pairs, case by case."""
    return [list(pairs) for _, pairs in groupby(certificate.pairs, key=lambda pair: pair.case)]


def absences(pairs: Sequence[Pair]) -> list[str]:
    """The reasons why pairs of a case could not be compared."""
    reasons = dict.fromkeys(pair.reason for pair in pairs if pair.reason)
    single = [reason for reason in reasons if not any(reason != other and other in reason for other in reasons)]
    return [f"Nothing is known of a training of {pairs[0].case}: {reason}." for reason in single]


def differences(pairs: Sequence[Pair]) -> list[str]:
    """The pairs of a case that differ: one sentence where one backend is out and the others match, else one each."""
    traced = [pair for pair in pairs if not pair.reason]
    differing = [pair for pair in traced if pair.outcome == "differ"]
    others = [pair for pair in traced if pair.outcome != "differ"]
    outliers = frozenset.intersection(*(pair.names for pair in differing)) if differing else frozenset()
    outliers -= {name for pair in others for name in pair.names}
    if len(outliers) != 1 or not others:
        return [f"{p.a} and {p.b} do not run the same training of {p.case}: {p.complaint}." for p in differing]
    (outlier,) = outliers
    agreeing = list(dict.fromkeys(name for pair in others for name in (pair.a, pair.b)))
    agree = "agree" if all(pair.passed for pair in others) else "part by no more than rounding"
    first = min(differing, key=lambda pair: reference_name() not in pair.names)
    return [f"{outlier} trains {first.case} otherwise than {listing(agreeing)}, which {agree}: {first.complaint}."]


def doubts(pairs: Sequence[Pair]) -> list[str]:
    """What could not be decided of a case, and which backends lose digits."""
    doubtful = [pair for pair in pairs if pair.outcome == "undecidable"]
    if not doubtful:
        return []
    first = min(doubtful, key=lambda pair: pair.certified_steps)
    gap = f"{first.a} and {first.b} are apart there ({first.complaint})"
    why = (
        f"rounding alone leads as far as {gap}"
        if first.noise
        else f"{gap}, and how far rounding alone leads could not be measured"
    )
    certified = f"All pairs that do not differ are certified up to step {first.certified_steps:,} of {first.steps:,}."
    told = [
        f"{first.case} is undecidable from step {first.first_step_out}: {why}. "
        + (certified if first.certified_steps else "No step of it is certified.")
    ]
    if names := list(dict.fromkeys(name for pair in doubtful for name in pair.less_accurate)):
        verb = "is" if len(names) == 1 else "are"
        told.append(
            f"{listing(names)} {verb} less accurate in {first.case}, by the same formula: as far out as sums that add "
            "one value after the other."
        )
    return told


def _match(certificate: Certificate) -> str:
    pairs = certificate.pairs
    largest = max(pair.loss_gap or 0.0 for pair in pairs)
    differing = max(pair.predictions_differing or 0 for pair in pairs)
    images = sorted({pair.predictions for pair in pairs})
    steps = sorted({pair.steps for pair in pairs})
    networks = list(dict.fromkeys(case.architecture.name for case in certificate.cases))
    cases = len(certificate.cases)
    several = f" in {plural(cases, 'case')}" if cases > len(networks) else ""
    noise = ", which rounding explains" if any(pair.floor for pair in pairs) else ""
    return (
        f"{listing(certificate.names)} run the same training of {listing(networks)}{several}: largest loss gap "
        f"{power(largest)} over {_range(steps)} steps, {'at most ' if differing else ''}{differing:,} of "
        f"{_range(images)} predictions differ{noise}."
    )


def _range(numbers: Sequence[int]) -> str:
    return span(f"{numbers[0]:,}", f"{numbers[-1]:,}")
