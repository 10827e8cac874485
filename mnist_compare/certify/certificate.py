"""A certificate, as data: the pairs of backends, how far they are apart, and whether that is within tolerance."""

import math
from pathlib import Path
from typing import Annotated

import msgspec

from mnist_compare.bounds import Fact
from mnist_compare.certify.case import Case
from mnist_compare.certify.gaps import Gaps, Tolerance
from mnist_compare.decoding import decode_json
from mnist_compare.errors import OutputError
from mnist_compare.reading import read_utf8

CERTIFICATE_FILE = "certificate.json"
CERTIFICATE_FOLDER = "certificate"
"""Where a comparison's own certificate lies, within the folder of the comparison."""
MAX_CERTIFICATE_BYTES = 500_000_000

REFERENCE = "numpy"


class Pair(msgspec.Struct, frozen=True):
    """Two backends in one case. Gaps are the largest absolute differences; None where there is no finite one.

    `loss_gaps` is the gap of the loss at every step. `first_step_out` counts from 1; `quantity_out` and `array_out`
    say what left the tolerance there. In float32 only: `floor` is the noise floor, how far the two are from themselves,
    nudged by one rounding or in float64, at most; `nudged` is the part of the first; `noise` is the floor of the loss
    at every step. `reason` says why there is nothing to compare, where that is so.
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

    @property
    def names(self) -> frozenset[str]:
        """The two backends, in no order."""
        return frozenset((self.a, self.b))

    @property
    def complaint(self) -> str:
        """Where the two part, in words; "" where they match."""
        if self.passed:
            return ""
        if self.reason:
            return self.reason
        what = {"slot": "optimizer slot", "statistic": "running statistic"}.get(str(self.quantity_out))
        what = what or str(self.quantity_out)
        where = f"{what} of {self.array_out}" if self.array_out else what
        return f"step {self.first_step_out}: {where} out of tolerance"


class Certificate(msgspec.Struct, frozen=True):
    """The pairs of all cases. `versions` and `devices` are by backend; `created` is UTC.

    `identity` is the hash of what was asked: a folder takes a certificate in the place of one of the same identity.
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

    def failed(self) -> list[Pair]:
        """The pairs that do not match."""
        return [pair for pair in self.pairs if not pair.passed]


def make_pair(case: Case, a: str, b: str, gaps: Gaps, tolerance: Tolerance) -> Pair:
    """The pair with the gaps that were found between its traces."""
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
    )


def missing_pair(case: Case, a: str, b: str, reason: str) -> Pair:
    """The pair of which there is nothing to compare: it has not passed."""
    architecture, recipe = case.architecture.name, case.recipe
    return Pair(case.name, architecture, recipe.name, recipe.precision, a, b, False, case.steps, reason=reason)


def read_certificate(path: Path) -> Certificate | None:
    """The certificate in that file, or None where there is none; raises OutputError where the file holds none."""
    try:
        return decode_json(read_utf8(path, MAX_CERTIFICATE_BYTES), Certificate)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"Cannot read {path}: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise OutputError(f"{path} is no certificate of mnist_compare: {error}. Move it away.") from None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
