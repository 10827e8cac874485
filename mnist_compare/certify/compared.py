"""From the traces of a case to the verdict on each pair of backends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from msgspec.structs import replace

from mnist_compare.backend import reference_name
from mnist_compare.certify.case import Case
from mnist_compare.certify.certificate import Pair, make_pair, missing_pair
from mnist_compare.certify.gaps import Gap, Gaps, Tolerance, compare_traces, judge, measure, unexplained
from mnist_compare.certify.noise import Noise
from mnist_compare.certify.tolerance import UNBOUNDED, finite, floor_of, largest, tolerance_for
from mnist_compare.certify.trace import Trace

Floors = dict[str, tuple[Gaps, Gaps]]
"""How far each backend in float32 is from its own nudged run, and from its own run in float64."""


class Unmeasured:
    """Stands for noise that could not be measured: whatever left its tolerance may be rounding, or may not."""

    def explains(self, gap: Gap) -> bool:
        """It cannot be excluded."""
        return True


UNMEASURED = Unmeasured()


@dataclass(frozen=True)
class Compared:
    """What the backends of these names have left of a case: traces, floors in float32, and reasons why there is no
    trace. The gaps of a pair are measured once, however often it is judged.
    """

    case: Case
    names: Sequence[str]
    traces: Mapping[str, Trace]
    floors: Floors
    reasons: Mapping[str, str]
    _measured: dict[tuple[str, str], list[Gap]] = field(default_factory=dict, init=False, repr=False)

    def pairs(self, noise: Noise | Unmeasured | None = None) -> list[Pair]:
        """Every two backends, judged by the noise too where it was asked for."""
        pairs = [self._pair(a, b, noise) for a, b in combinations(self.names, 2)]
        if not isinstance(noise, Noise):
            return pairs
        doubtful = {name for pair in pairs if pair.outcome == "undecidable" for name in pair.names}
        inaccurate = {name for name in doubtful if self._is_less_accurate(name, noise)}
        return [
            replace(pair, less_accurate=tuple(name for name in (pair.a, pair.b) if name in inaccurate))
            if pair.outcome == "undecidable"
            else pair
            for pair in pairs
        ]

    def _pair(self, a: str, b: str, noise: Noise | Unmeasured | None) -> Pair:
        missing = [self.reasons[name] for name in (a, b) if name in self.reasons]
        if missing:
            return missing_pair(self.case, a, b, "; ".join(missing))
        if self.floors:
            return self._above_floors(a, b)
        tolerance = tolerance_for(self.case.recipe.precision, self.case.steps, None)
        gaps = self._judged(a, b, tolerance, noise.explains if noise else unexplained)
        return make_pair(self.case, a, b, gaps, tolerance, noise if isinstance(noise, Noise) else None)

    def _above_floors(self, a: str, b: str) -> Pair:
        both = (*self.floors[a], *self.floors[b])
        floor = largest(*map(floor_of, both))
        if not finite(floor):
            return missing_pair(self.case, a, b, f"no noise floor: {a} or {b} does not stay finite")
        tolerance = tolerance_for(self.case.recipe.precision, self.case.steps, floor)
        gaps = self._judged(a, b, tolerance)
        nudged = largest(floor_of(self.floors[a][0]), floor_of(self.floors[b][0]))
        steps = np.max([found.losses for found in both], axis=0)
        pair = make_pair(self.case, a, b, gaps, tolerance)
        return replace(pair, floor=floor, nudged=nudged, noise=steps.tolist())

    def _is_less_accurate(self, name: str, noise: Noise) -> bool:
        """Whether the backend is further from the reference than random rounding leads."""
        tolerance = tolerance_for(self.case.recipe.precision, self.case.steps, None)
        gaps = self._gaps(name, reference_name())
        return any(noise.needs_inaccuracy(gap) for gap in gaps if not gap.within(tolerance))

    def _judged(self, a: str, b: str, tolerance: Tolerance, explained: Callable[[Gap], bool] = unexplained) -> Gaps:
        return judge(self._gaps(a, b), len(self.traces[a]["digits"]), tolerance, explained)

    def _gaps(self, a: str, b: str) -> list[Gap]:
        if (a, b) not in self._measured:
            self._measured[a, b] = measure(self.traces[a], self.traces[b], self.case.architecture)
        return self._measured[a, b]


def distance(case: Case, a: Trace, b: Trace) -> Gaps:
    """How far two traces are apart, with nothing held against it."""
    return compare_traces(a, b, case.architecture, UNBOUNDED)
