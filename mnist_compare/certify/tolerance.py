"""How far two backends may be apart: the rule, as data."""

import math

import msgspec

from mnist_compare.certify.gaps import Gaps, Tolerance
from mnist_compare.recipe import Precision

FLOAT64: tuple[tuple[float, Tolerance], ...] = (
    (200, Tolerance(loss=1e-12, gradient=1e-11, weight=1e-11, slot=1e-11, statistic=1e-11, logits=1e-9)),
    (math.inf, Tolerance(loss=1e-10, gradient=1e-9, weight=1e-9, slot=1e-9, statistic=1e-9, logits=1e-7)),
)
"""(steps up to which it holds, tolerance) in float64, for all backends alike."""

UNBOUNDED = Tolerance(math.inf, math.inf, math.inf, math.inf, math.inf, math.inf, 2**63 - 1)
"""For measuring alone."""

FLOORS = 2
ROUNDINGS = 8 * 2.0**-23
"""In float32: the multiple of the noise floor that passes, and what passes besides: eight roundings of 1."""


def tolerance_for(precision: Precision, steps: int, floor: Tolerance | None) -> Tolerance:
    """The tolerance for a pair of backends.

    In float64 it is fixed, since a difference of meaning shows there: two frameworks that compute the same are apart
    by about 1e-14 after hundreds of steps, while the smallest fault known (a constant rounded to float32) moves a
    run by 1e-8. Rounding errors grow with the steps, so that beyond 200 of them a hundred times as much passes.

    In float32 rounding alone leads two runs of one framework apart, the further the longer they train. How far is
    measured: `floor` is how far the backends of the pair move from themselves (the larger of the two) when every
    initial weight is moved by one rounding, or when they compute in float64. Twice that passes, and a few roundings
    more, for floors of 0. Two backends that agree in float64 cannot be further apart in float32 than their two
    distances from there: so a pair that does not pass differs by more than rounding.
    """
    if precision == "float64" or floor is None:
        return next(tolerance for limit, tolerance in FLOAT64 if steps <= limit)
    values = {name: FLOORS * getattr(floor, name) + ROUNDINGS for name in Tolerance.__struct_fields__}
    values["predictions"] = FLOORS * floor.predictions
    return Tolerance(**values)


def floor_of(gaps: Gaps) -> Tolerance:
    """The noise floor that the gaps between a backend and its own nudged run make."""
    return Tolerance(
        loss=gaps.loss_gap,
        gradient=gaps.gradient_gap,
        weight=gaps.weight_gap,
        slot=gaps.slot_gap,
        statistic=gaps.statistics_gap,
        logits=gaps.logits_gap,
        predictions=gaps.predictions_differing,
    )


def largest(*floors: Tolerance) -> Tolerance:
    """The largest of several noise floors, quantity by quantity."""
    return Tolerance(**{name: max(getattr(floor, name) for floor in floors) for name in Tolerance.__struct_fields__})


def finite(tolerance: Tolerance) -> bool:
    """Whether no quantity is unbounded."""
    return all(map(math.isfinite, msgspec.structs.astuple(tolerance)))
