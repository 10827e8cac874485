"""The gaps between two traces, and whether they are within tolerance."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Architecture
from mnist_compare.certify.cancelled import cancelled_biases
from mnist_compare.certify.trace import Trace

KINDS = ("gradient", "weight", "slot", "statistic")

Verdict = Literal["match", "differ", "undecidable"]
Quantity = Literal["loss", "gradient", "weight", "slot", "statistic", "logits", "predictions"]
CAUSES: tuple[Quantity, ...] = ("gradient", "slot", "statistic", "weight", "logits", "predictions", "loss")
"""What is named first where several are out at one step: a layer shows in a gradient, an update in a slot or weight."""


class Tolerance(msgspec.Struct, frozen=True):
    """The largest gap that passes, for each quantity: of values up to 1; of larger ones, that share of the largest.

    `predictions` counts test images.
    """

    loss: float
    gradient: float
    weight: float
    slot: float
    statistic: float
    logits: float
    predictions: int = 0


class Gap(msgspec.Struct, frozen=True):
    """How far two traces are apart in one quantity after one step (from 1), and where.

    `array` is the array's name ("" of loss, logits and predictions), `index` where in it the two are `size` apart,
    `scale` its largest value. An array that only one trace has is infinitely far. Predictions are as far apart as there
    are images with different digits.
    """

    step: int
    kind: Quantity
    array: str
    size: float
    scale: float
    index: tuple[int, ...] = ()
    missing: bool = False

    @property
    def relative(self) -> float:
        """The size as a share of the largest value."""
        return self.size / self.scale if self.scale else float("inf")

    def within(self, tolerance: Tolerance) -> bool:
        """Whether it passes."""
        limit: float = getattr(tolerance, self.kind)
        return self.size <= limit * max(1.0, self.scale)


class Gaps(msgspec.Struct, frozen=True):
    """How far two traces are apart at most, what follows from that, and the gap that says so.

    `losses` is the gap of the loss at every step. `out` is None for a match; else the first gap that is more than
    rounding explains, or, where it explains all, the first that leaves the tolerance.
    """

    steps: int
    losses: list[float]
    loss_gap: float
    gradient_gap: float
    weight_gap: float
    slot_gap: float
    statistics_gap: float
    logits_gap: float
    predictions_differing: int
    predictions: int
    verdict: Verdict
    out: Gap | None = None

    @property
    def passed(self) -> bool:
        """Whether all stayed within the tolerance."""
        return self.verdict == "match"

    @property
    def first_step_out(self) -> int | None:
        """The step (from 1) of what is out; None for a match."""
        return self.out.step if self.out else None

    @property
    def quantity_out(self) -> str | None:
        """What is out there."""
        return self.out.kind if self.out else None

    @property
    def array_out(self) -> str | None:
        """In which array, where it is one."""
        return (self.out.array or None) if self.out else None


def unexplained(gap: Gap) -> bool:
    """Rounding explains nothing, as far as is known."""
    return False


def compare_traces(
    a: Trace,
    b: Trace,
    architecture: Architecture,
    tolerance: Tolerance,
    explained: Callable[[Gap], bool] = unexplained,
) -> Gaps:
    """Compare two traces of the same training, step by step and array by array; `explained` says of a gap whether
    rounding alone leads as far.
    """
    return judge(measure(a, b, architecture), len(a["digits"]), tolerance, explained)


def judge(
    found: Sequence[Gap], predictions: int, tolerance: Tolerance, explained: Callable[[Gap], bool] = unexplained
) -> Gaps:
    """What follows from the gaps between two traces, as `measure` gives them, that have so many predictions."""
    losses = [gap.size for gap in found if gap.kind == "loss"]
    largest = {kind: max((gap.size for gap in found if gap.kind == kind), default=0.0) for kind in KINDS}
    logits, digits = found[-2:]
    outs = [gap for gap in found if not gap.within(tolerance)]
    if logits in outs and digits in outs:
        outs.remove(digits)  # other digits follow from other logits: they are no evidence beyond them
    faults = [gap for gap in outs if gap.missing or not explained(gap)]
    verdict: Verdict = "differ" if faults else "undecidable" if outs else "match"
    return Gaps(
        steps=len(losses),
        losses=losses,
        loss_gap=max(losses),
        gradient_gap=largest["gradient"],
        weight_gap=largest["weight"],
        slot_gap=largest["slot"],
        statistics_gap=largest["statistic"],
        logits_gap=logits.size,
        predictions_differing=int(digits.size),
        predictions=predictions,
        verdict=verdict,
        out=_first(faults or outs),
    )


def measure(a: Trace, b: Trace, architecture: Architecture) -> list[Gap]:
    """All gaps: of the loss at every step, of every array of the snapshots, of the logits, and of the predictions."""
    steps = len(a["loss"])
    losses = [
        Gap(number, "loss", "", _distance(one, other), abs(float(one)))
        for number, (one, other) in enumerate(zip(a["loss"], b["loss"], strict=True), 1)
    ]
    logits = _gap(steps, "logits", "", a["logits"], b["logits"])
    digits = Gap(steps, "predictions", "", float((a["digits"] != b["digits"]).sum()), 0.0)
    return [*losses, *_array_gaps(a, b, architecture), logits, digits]


def _first(gaps: Sequence[Gap]) -> Gap | None:
    """The gap that is nearest to the cause: of the earliest step, the quantity that the others follow from, and of its
    arrays the one with the largest relative gap.
    """
    return min(gaps, key=lambda gap: (gap.step, CAUSES.index(gap.kind), -gap.relative), default=None)


def _array_gaps(a: Trace, b: Trace, architecture: Architecture) -> list[Gap]:
    ignored = {one.bias for one in cancelled_biases(architecture.shaped_layers)}
    gaps = []
    for key in sorted({key for key in (*a.names, *b.names) if "/" in key}):
        step, kind, name = key.split("/", 2)
        parameter = name.rpartition(".")[0] if kind == "slot" else name
        if parameter in ignored and kind != "gradient":
            continue
        if key in a.names and key in b.names:
            gaps.append(_gap(int(step), msgspec.convert(kind, Quantity), name, a[key], b[key]))
        else:
            missing = Gap(int(step), msgspec.convert(kind, Quantity), name, np.inf, 0.0, missing=True)
            gaps.append(missing)
    return gaps


def _gap(step: int, kind: Quantity, name: str, a: NDArray[np.floating], b: NDArray[np.floating]) -> Gap:
    if a.shape != b.shape:
        return Gap(step, kind, name, np.inf, 0.0, missing=True)
    distances = _distances(a, b)
    index = np.unravel_index(int(distances.argmax()), distances.shape)
    finite = np.abs(a[np.isfinite(a)], dtype=np.float64)
    return Gap(step, kind, name, float(distances[index]), float(finite.max(initial=0.0)), tuple(map(int, index)))


def _distance(a: np.floating, b: np.floating) -> float:
    return float(_distances(np.asarray(a), np.asarray(b)))


def _distances(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Absolute differences; infinite where one of two values is not finite."""
    with np.errstate(invalid="ignore"):
        difference = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return np.asarray(np.where(np.isfinite(difference), difference, np.inf))
