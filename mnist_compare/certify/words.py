"""What a certificate says, in sentences and tables."""

from collections.abc import Sequence

from mnist_compare.certify.certificate import Certificate
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
    """The certificate in sentences: one where all pairs match; else one for each pair that does not."""
    failed = certificate.failed()
    if not failed:
        return [_match(certificate)]
    complaints = [
        f"{pair.a} and {pair.b} do not run the same training of {pair.case}: {pair.complaint}."
        for pair in failed[:MAX_COMPLAINTS]
    ]
    more = [f"So do {plural(len(failed) - MAX_COMPLAINTS, 'more pair')}."] if len(failed) > MAX_COMPLAINTS else []
    return [f"{len(failed):,} of {plural(len(certificate.pairs), 'pair')} do not match.", *complaints, *more]


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
            "yes" if pair.passed else "NO",
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


def failures_table(certificate: Certificate) -> Table:
    """The pairs that do not match: where they part."""
    rows = [
        (
            pair.case,
            f"{pair.a}, {pair.b}",
            str(pair.first_step_out or NOTHING),
            pair.quantity_out or NOTHING,
            pair.array_out or NOTHING,
            pair.reason or NOTHING,
        )
        for pair in certificate.failed()
    ]
    columns = ("network", "pair", "first step out", "quantity", "array", "reason")
    return Table("Pairs that do not match", columns, tuple(rows))


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
