"""What a certificate says, in tables."""

from mnist_compare.certify.certificate import Certificate, Pair
from mnist_compare.certify.gaps import Tolerance
from mnist_compare.certify.tolerance import FLOORS
from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING

INFINITE = "infinite"
WHOLE = "certificate.json has all."

_GAPS = ("loss_gap", "gradient_gap", "weight_gap", "slot_gap", "statistics_gap", "logits_gap")
_QUANTITIES = ("loss", "gradient", "weight", "slot", "statistic", "logits")
_TITLES = ("loss", "gradients", "weights", "slots", "stats", "logits")


def gaps_table(certificate: Certificate) -> Table:
    """The largest gap of every quantity, by case and pair."""
    rows = [
        (
            pair.case,
            f"{pair.a}, {pair.b}",
            *(NOTHING if pair.reason else power(getattr(pair, gap)) for gap in _GAPS),
            NOTHING if pair.predictions_differing is None else f"{pair.predictions_differing:,}",
            match_cell(pair),
        )
        for pair in certificate.pairs
    ]
    note = (
        "Largest absolute differences. Slots are those of the optimizer, stats the running statistics of batch "
        "normalization. Differ: test images for which the two predict different digits."
    )
    return Table("Gaps", ("network", "pair", *_TITLES, "differ", "match"), tuple(rows), note, WHOLE)


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
    return Table("Noise floors", ("network", "pair", "noise", *_TITLES, "differ"), tuple(rows), note, WHOLE)


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
    return Table("Pairs that do not match", columns, tuple(rows), note, WHOLE)


def cases_table(certificate: Certificate) -> Table:
    """What was trained, and what was done to the images before."""
    columns = ("case", "network", "recipe", "precision", "steps", "training images", "test images", "seed")
    rows = [
        (
            case.name,
            case.architecture.name,
            case.recipe.describe(length=False),
            case.recipe.precision,
            f"{case.steps:,}",
            f"{case.data.train_size:,}",
            f"{case.test_images:,}",
            str(case.seed),
        )
        for case in certificate.cases
    ]
    notes = dict.fromkeys(note for case in certificate.cases for note in case.data.notes)
    return Table("What was trained", columns, tuple(rows), " ".join(notes), WHOLE)


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


def passes_table(certificate: Certificate) -> Table:
    """The passes with which each backend was tuned in each case; without rows in certificates of older versions."""
    rows = [
        (case, name, ", ".join(passes) or NOTHING)
        for case, found in certificate.passes.items()
        for name, passes in found.items()
    ]
    note = (
        "What was changed in the network to make the framework faster. A backend that is called plain was built as "
        "its users write networks: where a pair of it and the tuned one matches, the passes change nothing but for "
        "rounding."
    )
    return Table("Passes", ("network", "backend", "passes"), tuple(rows), note, WHOLE)


def power(value: float | None) -> str:
    """2.1e-14; 0 for nothing at all; `infinite` for None."""
    if value is None:
        return INFINITE
    return f"{value:.1e}" if value else "0"


def _cells(tolerance: Tolerance) -> list[str]:
    return [power(getattr(tolerance, name)) for name in _QUANTITIES]
