"""The gaps between two traces, and whether they are within tolerance."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Architecture, BatchNorm, Convolution, Linear
from mnist_compare.certify.trace import Trace
from mnist_compare.evaluation import predict_digits
from mnist_compare.recipe import Loss

KINDS = ("gradient", "weight", "slot", "statistic")


class Tolerance(msgspec.Struct, frozen=True):
    """The largest gap that passes, for each quantity. `predictions` counts test images."""

    loss: float
    gradient: float
    weight: float
    slot: float
    statistic: float
    logits: float
    predictions: int = 0


class Gaps(msgspec.Struct, frozen=True):
    """How far two traces are apart at most, and where they first leave the tolerance.

    `losses` is the gap of the loss at every step. `first_step_out` counts from 1; `quantity_out` and `array_out`
    say what left it there (an array's name, where it is one).
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
    first_step_out: int | None
    quantity_out: str | None
    array_out: str | None

    @property
    def passed(self) -> bool:
        """Whether all stayed within the tolerance."""
        return self.quantity_out is None


def compare_traces(a: Trace, b: Trace, architecture: Architecture, loss: Loss, tolerance: Tolerance) -> Gaps:
    """Compare two traces of the same training, step by step and array by array."""
    losses = _distance(a["loss"], b["loss"])
    found = _array_gaps(a, b, _without_meaning(architecture))
    largest = {kind: max((gap for step, k, name, gap in found if k == kind), default=0.0) for kind in KINDS}
    logits_a, logits_b = a["logits"], b["logits"]
    logits_gap = float(_distance(logits_a, logits_b).max())
    differing = int((predict_digits(logits_a, loss) != predict_digits(logits_b, loss)).sum())
    outs: list[tuple[int, str, str | None]] = [
        (step, kind, name) for step, kind, name, gap in found if not gap <= getattr(tolerance, kind)
    ]
    outs += [(int(step) + 1, "loss", None) for step in np.flatnonzero(~(losses <= tolerance.loss))[:1]]
    if not logits_gap <= tolerance.logits:
        outs.append((len(losses), "logits", None))
    if differing > tolerance.predictions:
        outs.append((len(losses), "predictions", None))
    first = min(outs, key=lambda out: (out[0], out[1] == "loss"), default=(None, None, None))
    return Gaps(
        steps=len(losses),
        losses=losses.tolist(),
        loss_gap=float(losses.max()),
        gradient_gap=largest["gradient"],
        weight_gap=largest["weight"],
        slot_gap=largest["slot"],
        statistics_gap=largest["statistic"],
        logits_gap=logits_gap,
        predictions_differing=differing,
        predictions=len(logits_a),
        first_step_out=first[0],
        quantity_out=first[1],
        array_out=first[2],
    )


def _array_gaps(a: Trace, b: Trace, ignored: frozenset[str]) -> list[tuple[int, str, str, float]]:
    """(step, kind, name, gap) of every array of the snapshots; an array that only one trace has is infinitely far."""
    gaps = []
    for key in sorted(set(a.names) | set(b.names), key=lambda key: (int(key.split("/")[0]) if "/" in key else 0, key)):
        if "/" not in key:
            continue
        step, kind, name = key.split("/", 2)
        parameter = name.rpartition(".")[0] if kind == "slot" else name
        if parameter in ignored and kind != "gradient":
            continue
        both = key in a.names and key in b.names
        gaps.append((int(step), kind, name, float(_distance(a[key], b[key]).max()) if both else float("inf")))
    return gaps


def _distance(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Absolute differences; infinite where exactly one value is finite, or where the shapes differ."""
    if a.shape != b.shape:
        return np.array([np.inf])
    difference = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return np.asarray(np.where(np.isfinite(difference), difference, np.inf))


def _without_meaning(architecture: Architecture) -> frozenset[str]:
    """Biases that a batch norm takes out again at once: their gradient is rounding noise, which Adam blows up."""
    pairs = zip(architecture.placed, architecture.placed[1:], strict=False)
    return frozenset(
        f"{placed.name}.bias"
        for placed, after in pairs
        if isinstance(placed.layer, Convolution | Linear) and isinstance(after.layer, BatchNorm)
    )
