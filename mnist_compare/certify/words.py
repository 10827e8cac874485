"""What a certificate says, in sentences and tables."""

from collections.abc import Sequence
from itertools import groupby

from mnist_compare.certify.certificate import REFERENCE, Certificate, Pair
from mnist_compare.certify.gaps import Tolerance
from mnist_compare.certify.tolerance import FLOORS
from mnist_compare.report.tables import Table
from mnist_compare.report.words import NOTHING, listing, plural, recipe_words

INFINITE = "infinite"
MAX_COMPLAINTS = 10

_GAPS = ("loss_gap", "gradient_gap", "weight_gap", "slot_gap", "statistics_gap", "logits_gap")
_QUANTITIES = ("loss", "gradient", "weight", "slot", "statistic", "logits")
_TITLES = ("loss", "gradients", "weights", "slots", "stats", "logits")


def verdict(certificate: Certificate) -> list[str]:
    """The certificate in sentences: one where all pairs match; else what differs, and what could not be decided."""
    cases = cases_of(certificate)
    differing = certificate.with_outcome("differ")
    if certificate.outcome == "match":
        return [_match(certificate)]
    pairs = plural(len(certificate.pairs), "pair")
    first = f"{len(differing):,} of {pairs} do not match." if differing else "No pair differs by more than rounding."
    complaints = [sentence for case in cases for sentence in differences(case)]
    left = len(complaints) - MAX_COMPLAINTS
    more = [f"So do {plural(left, 'more pair')}."] if left > 0 else []
    return [first, *complaints[:MAX_COMPLAINTS], *more, *(sentence for case in cases for sentence in doubts(case))]


def cases_of(certificate: Certificate) -> list[list[Pair]]:
    """The pairs, case by case."""
    return [list(pairs) for _, pairs in groupby(certificate.pairs, key=lambda pair: pair.case)]


def differences(pairs: Sequence[Pair]) -> list[str]:
    """The pairs of a case that differ: one sentence where one backend is out and the others agree, else one each."""
    differing = [pair for pair in pairs if pair.outcome == "differ"]
    others = [pair for pair in pairs if pair.outcome != "differ"]
    outliers = frozenset.intersection(*(pair.names for pair in differing)) if differing else frozenset()
    outliers -= {name for pair in others for name in pair.names}
    if len(outliers) == 1 and others:
        (outlier,) = outliers
        agreeing = list(dict.fromkeys(name for pair in others for name in (pair.a, pair.b)))
        first = min(differing, key=lambda pair: (REFERENCE not in pair.names, bool(pair.reason)))
        if first.reason:
            return [f"{outlier} has trained no {first.case} to compare: {first.reason.removeprefix(f'{outlier}: ')}."]
        agree = "agree" if all(pair.passed for pair in others) else "agree as far as can be told"
        return [f"{outlier} trains {first.case} otherwise than {listing(agreeing)}, which {agree}: {first.complaint}."]
    return [f"{p.a} and {p.b} do not run the same training of {p.case}: {p.complaint}." for p in differing]


def doubts(pairs: Sequence[Pair]) -> list[str]:
    """What could not be decided of a case, and which backends lose digits."""
    doubtful = [pair for pair in pairs if pair.outcome == "undecidable"]
    if not doubtful:
        return []
    first = min(doubtful, key=lambda pair: pair.certified_steps)
    certified = f"All pairs that do not differ are certified up to step {first.certified_steps:,} of {first.steps:,}."
    told = [
        f"{first.case} is undecidable from step {first.first_step_out}: rounding alone leads as far as {first.a} and "
        f"{first.b} are apart there ({first.complaint}). "
        + (certified if first.certified_steps else "No step of it is certified.")
    ]
    if names := list(dict.fromkeys(name for pair in pairs for name in pair.less_accurate)):
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
    noise = ", which rounding explains" if any(pair.floor for pair in pairs) else ""
    return (
        f"{listing(certificate.backends)} run the same training of {listing(networks)}: largest loss gap "
        f"{power(largest)} over {_range(steps)} steps, {'at most ' if differing else ''}{differing:,} of "
        f"{_range(images)} predictions differ{noise}."
    )


def gaps_table(certificate: Certificate) -> Table:
    """The largest gap of every quantity, by case and pair."""
    rows = [
        (
            pair.case,
            f"{pair.a}, {pair.b}",
            *(NOTHING if pair.reason else power(getattr(pair, gap)) for gap in _GAPS),
            NOTHING if pair.reason else f"{pair.predictions_differing:,}",
            match_cell(pair),
        )
        for pair in certificate.pairs
    ]
    note = (
        "Largest absolute differences. Slots are those of the optimizer, stats the running statistics of batch "
        "normalization. Differ: test images for which the two predict different digits."
    )
    return Table("Gaps", ("network", "pair", *_TITLES, "differ", "match"), tuple(rows), note)


def floors_table(certificate: Certificate) -> Table:
    """In float32: the noise floor of every quantity, by case and pair; without rows in float64."""
    rows = [
        (pair.case, f"{pair.a}, {pair.b}", kind, *_cells(floor), f"{floor.predictions:,}")
        for pair in certificate.pairs
        for kind, floor in (("nudged", pair.nudged), ("floor", pair.floor))
        if floor
    ]
    note = (
        "Nudged: how far the backends are from themselves when every initial weight is moved by one rounding; of the "
        "two, the larger. Floor: the same, or how far they are from themselves in float64, where that is more. "
        f"A pair matches when its gap is at most {FLOORS} times the floor, and a few roundings."
    )
    return Table("Noise floors", ("network", "pair", "noise", *_TITLES, "differ"), tuple(rows), note)


def tolerance_table(certificate: Certificate) -> Table:
    """In float64: the tolerances, by number of steps."""
    fixed = {pair.steps: pair.tolerance for pair in certificate.pairs if pair.tolerance and not pair.floor}
    rows = [
        (f"{steps:,}", *_cells(tolerance), f"{tolerance.predictions:,}") for steps, tolerance in sorted(fixed.items())
    ]
    return Table("Tolerances", ("steps", *_TITLES, "differ"), tuple(rows))


def match_cell(pair: Pair) -> str:
    """Whether the two match: yes, NO, or until which step."""
    if pair.outcome == "undecidable":
        return f"to step {pair.certified_steps:,}" if pair.certified_steps else "undecidable"
    return "yes" if pair.passed else "NO"


def failures_table(certificate: Certificate) -> Table:
    """The pairs that do not match: where they part, and how far."""
    rows = [
        (
            pair.case,
            f"{pair.a}, {pair.b}",
            pair.outcome,
            str(pair.first_step_out or NOTHING),
            pair.quantity_out or NOTHING,
            f"{pair.array_out} {list(pair.index_out)}" if pair.array_out else NOTHING,
            *(
                NOTHING if value is None else power(value)
                for value in (pair.gap_out, pair.relative_out, pair.noise_out)
            ),
            pair.reason or NOTHING,
        )
        for pair in certificate.with_outcome("differ", "undecidable")
    ]
    columns = (
        "network",
        "pair",
        "verdict",
        "first step out",
        "quantity",
        "array",
        "gap",
        "relative",
        "noise",
        "reason",
    )
    note = (
        "Step: the first that is out. Relative: the gap as a share of the array's largest value. Noise: how far "
        "rounding alone leads there, where that was measured."
    )
    return Table("Pairs that do not match", columns, tuple(rows), note)


def cases_table(certificate: Certificate) -> Table:
    """What was trained."""
    columns = ("case", "network", "recipe", "precision", "steps", "training images", "test images", "seed")
    rows = [
        (
            case.name,
            case.architecture.name,
            recipe_words(case.recipe),
            case.recipe.precision,
            f"{case.steps:,}",
            f"{case.data.train_size:,}",
            f"{case.test_images:,}",
            str(case.seed),
        )
        for case in certificate.cases
    ]
    return Table("What was trained", columns, tuple(rows))


def environment_table(certificate: Certificate) -> Table:
    """Versions and devices of the backends."""
    rows = [
        (
            name,
            ", ".join(f"{package} {version}" for package, version in certificate.versions.get(name, {}).items()),
            certificate.devices.get(name, NOTHING),
        )
        for name in certificate.backends
    ]
    return Table("Backends", ("backend", "versions", "device"), tuple(rows))


def power(value: float | None) -> str:
    """2.1e-14; 0 for nothing at all; `infinite` for None."""
    if value is None:
        return INFINITE
    return f"{value:.1e}" if value else "0"


def _cells(tolerance: Tolerance) -> list[str]:
    return [power(getattr(tolerance, name)) for name in _QUANTITIES]


def _range(numbers: Sequence[int]) -> str:
    return f"{numbers[0]:,}" if len(numbers) == 1 else f"{numbers[0]:,} to {numbers[-1]:,}"
