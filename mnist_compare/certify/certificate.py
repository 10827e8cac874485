"""A certificate, as data: the pairs of backends, how far they are apart, and what follows from that."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from mnist_compare.certify.case import Case
from mnist_compare.certify.gaps import Gaps, Tolerance, Verdict
from mnist_compare.certify.noise import Noise
from mnist_compare.certify.subject import Subject
from mnist_compare.errors import OutputError
from mnist_compare.io.bounds import Fact
from mnist_compare.io.decoding import decode_json
from mnist_compare.io.reading import read_utf8

CERTIFICATE_FILE = "certificate.json"
CERTIFICATE_FOLDER = "certificate"
"""Where a comparison's certificate lies, within its folder. One in another precision than that of the comparison lies
beside it, in a folder with the precision in its name.
"""
MAX_CERTIFICATE_BYTES = 500_000_000

WORDS = {"slot": "optimizer slot", "statistic": "running statistic"}
GRAVEST_FIRST: tuple[Verdict, ...] = ("differ", "undecidable", "match")


class Pair(msgspec.Struct, frozen=True):
    """Two subjects, `a` and `b`, by name, in one case. Gaps are the largest absolute differences; None where there is
    no finite one.

    `verdict` is `match` where all gaps are within the tolerance, `differ` where one is beyond both the tolerance and
    what rounding explains, and `undecidable` where rounding alone leads as far, or where that could not be measured
    (then `noise` is empty). `passed` says whether it is `match`. `certified_steps` is the last step, before
    `first_step_out` (from 1), at which everything was compared. `quantity_out`, `array_out` and `index_out` say what is
    out and where, `gap_out` how far, `relative_out` the same as a share of the largest value, `noise_out` how far
    rounding alone leads. `less_accurate` names backends that lose digits in long sums, with the same formula.

    `loss_gaps` is the gap of the loss at every step, `noise` how far rounding leads there, where that was measured. In
    float32 only: `floor` is the noise floor, how far the two are from themselves, nudged by one rounding or in float64,
    at most; `nudged` is the part of the first. `reason` says why there is nothing to compare, where that is so.
    """

    case: str
    architecture: str
    recipe: str
    precision: str
    a: str
    b: str
    passed: bool
    steps: int
    loss_gap: float | None = None
    gradient_gap: float | None = None
    weight_gap: float | None = None
    slot_gap: float | None = None
    statistics_gap: float | None = None
    logits_gap: float | None = None
    predictions_differing: int | None = None
    predictions: int = 0
    first_step_out: int | None = None
    quantity_out: str | None = None
    array_out: str | None = None
    reason: str = ""
    tolerance: Tolerance | None = None
    floor: Tolerance | None = None
    nudged: Tolerance | None = None
    loss_gaps: list[float | None] = []
    noise: list[float | None] = []
    verdict: Verdict | None = None
    index_out: tuple[int, ...] = ()
    gap_out: float | None = None
    relative_out: float | None = None
    noise_out: float | None = None
    less_accurate: tuple[str, ...] = ()
    certified_steps: int = 0

    @property
    def outcome(self) -> Verdict:
        """The verdict; that of a certificate of an older version follows from `passed`."""
        return self.verdict or ("match" if self.passed else "differ")

    @property
    def names(self) -> frozenset[str]:
        """The two backends, in no order."""
        return frozenset((self.a, self.b))

    @property
    def complaint(self) -> str:
        """What is out and where, in words; "" where the two match."""
        if self.passed or self.reason:
            return self.reason
        what = WORDS.get(str(self.quantity_out), str(self.quantity_out))
        where = f" of {self.array_out}" if self.array_out else ""
        index = f" {list(self.index_out)}" if self.index_out else ""
        return f"step {self.first_step_out}: {what}{where}{index} {self._distance}"

    @property
    def _distance(self) -> str:
        if self.gap_out is None:
            return "out of tolerance" if self.verdict is None else "infinitely far"
        if self.quantity_out == "predictions":
            return f"differ for {self.gap_out:,.0f} of {self.predictions:,} images"
        share = f", {self.relative_out:.1e} of the largest value" if self.relative_out is not None else ""
        return f"out by {self.gap_out:.1e}{share}{self._against_noise(self.gap_out)}"

    def _against_noise(self, gap: float) -> str:
        if not self.noise_out:
            return ""
        if self.outcome == "undecidable":
            return f", where rounding alone leads to {self.noise_out:.1e}"
        times = gap / self.noise_out
        return f", {f'{times:,.0f}' if times < 1e6 else f'{times:.0e}'} times what rounding alone leads to"


class Certificate(msgspec.Struct, frozen=True):
    """The pairs of all cases. `versions` and `devices` are by backend; `created` is UTC.

    `subjects` are the backends with their tunings; pairs have them by name. `passes` of `mnist_compare.lowering` are
    those that changed something, by case and by the subject's name. `verdict` is `differ` where one pair differs, else
    `undecidable` where one is; `passed` says whether all match. `identity` is the hash of what was asked: a folder
    takes a certificate in the place of one of the same identity.
    """

    passed: bool
    pairs: Annotated[list[Pair], msgspec.Meta(min_length=1)]
    cases: list[Case]
    backends: list[str]
    versions: dict[str, dict[str, str]]
    devices: dict[str, str]
    threads: int
    machine: dict[str, Fact]
    command: str
    created: str
    mnist_compare: str
    identity: str
    verdict: Verdict | None = None
    subjects: tuple[Subject, ...] = ()
    passes: dict[str, dict[str, tuple[str, ...]]] = {}

    def __post_init__(self) -> None:
        if not self.subjects:  # of an older version, which told no tunings: all backends were tuned
            msgspec.structs.force_setattr(self, "subjects", tuple(map(Subject, self.backends)))

    @property
    def names(self) -> list[str]:
        """The names of the subjects."""
        return [subject.name for subject in self.subjects]

    @property
    def outcome(self) -> Verdict:
        """The verdict over all pairs."""
        return overall(self.pairs)

    def with_outcome(self, *outcomes: Verdict) -> list[Pair]:
        """The pairs with one of these outcomes."""
        return [pair for pair in self.pairs if pair.outcome in outcomes]


def overall(pairs: Iterable[Pair]) -> Verdict:
    """The verdict over pairs: the gravest one."""
    outcomes = {pair.outcome for pair in pairs}
    return next((verdict for verdict in GRAVEST_FIRST if verdict in outcomes), "match")


def make_pair(case: Case, a: str, b: str, gaps: Gaps, tolerance: Tolerance, noise: Noise | None = None) -> Pair:
    """The pair with the gaps that were found between its traces, and the noise, where it was measured."""
    out = gaps.out
    return Pair(
        case=case.name,
        architecture=case.architecture.name,
        recipe=case.recipe.name,
        precision=case.recipe.precision,
        a=a,
        b=b,
        passed=gaps.passed,
        steps=gaps.steps,
        loss_gap=_finite(gaps.loss_gap),
        gradient_gap=_finite(gaps.gradient_gap),
        weight_gap=_finite(gaps.weight_gap),
        slot_gap=_finite(gaps.slot_gap),
        statistics_gap=_finite(gaps.statistics_gap),
        logits_gap=_finite(gaps.logits_gap),
        predictions_differing=gaps.predictions_differing,
        predictions=gaps.predictions,
        first_step_out=gaps.first_step_out,
        quantity_out=gaps.quantity_out,
        array_out=gaps.array_out,
        tolerance=tolerance,
        loss_gaps=[_finite(gap) for gap in gaps.losses],
        noise=[_finite(size) for size in noise.losses] if noise else [],
        verdict=gaps.verdict,
        index_out=out.index if out else (),
        gap_out=_finite(out.size) if out else None,
        relative_out=_finite(out.relative) if out else None,
        noise_out=_finite(noise.level(out)) if out and noise else None,
        certified_steps=max((s for s in case.snapshots if s < out.step), default=0) if out else case.steps,
    )


def missing_pair(case: Case, a: str, b: str, reason: str) -> Pair:
    """The pair of which there is nothing to compare: it has not passed."""
    architecture, recipe = case.architecture.name, case.recipe
    return Pair(
        case.name, architecture, recipe.name, recipe.precision, a, b, False, case.steps, reason=reason, verdict="differ"
    )


def read_certificate(path: Path) -> Certificate | None:
    """The certificate in that file, or None where there is none; raises OutputError where the file holds none."""
    try:
        return decode_json(read_utf8(path, MAX_CERTIFICATE_BYTES), Certificate)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"Cannot read {path}: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OutputError(
            f"{path} is no certificate of mnist_compare: {error}. Move its folder away: `certify` makes it anew."
        ) from None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
