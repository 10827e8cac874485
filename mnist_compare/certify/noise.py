"""Noise: how far rounding alone leads a training in float64, by copies of the reference that round otherwise."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mnist_compare.certify.gaps import Gap

NOISES = 30
"""The multiple of the noise that passes for rounding. Frameworks without a fault have been seen at up to 10 times it;
the smallest fault known, which is of rounding only (Keras's form of Adam's second moment), at 700 times."""

LESS_ACCURATE = "sequential-sums"
"""The copy that loses digits as some frameworks do, with the same formula."""

Level = dict[tuple[str, str], list[tuple[int, float]]]
"""By quantity and array: (step, how far a copy was off until then, at most), in the order of the steps."""


class Noise:
    """How far copies are from the exact trace: `gaps` are those of each copy, by its name."""

    def __init__(self, gaps: Mapping[str, Sequence[Gap]]) -> None:
        random = [gap for name, found in gaps.items() if name != LESS_ACCURATE for gap in found]
        self._random, self._all = _levels(random), _levels([gap for found in gaps.values() for gap in found])

    def explains(self, gap: Gap) -> bool:
        """Whether rounding alone leads as far, that of sums that run one after the other included."""
        return gap.size <= NOISES * self.level(gap)

    def needs_inaccuracy(self, gap: Gap) -> bool:
        """Whether it is only the loss of digits in long sums that explains the gap."""
        return self.explains(gap) and gap.size > NOISES * _at(self._random, gap)

    def level(self, gap: Gap) -> float:
        """The noise where the gap is."""
        return _at(self._all, gap)

    @property
    def losses(self) -> list[float]:
        """The noise of the loss at every step."""
        return [size for _, size in self._all["loss", ""]]


def _levels(gaps: Iterable[Gap]) -> Level:
    """Rounding only adds up: what it led to once it may lead to again, though the copies are nearer by chance."""
    levels: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for gap in gaps:
        steps = levels[gap.kind, gap.array]
        steps[gap.step] = max(steps.get(gap.step, 0.0), gap.size)
    found: Level = {}
    for key, steps in levels.items():
        most, found[key] = 0.0, []
        for step in sorted(steps):
            most = max(most, steps[step])
            found[key].append((step, most))
    return found


def _at(levels: Level, gap: Gap) -> float:
    return max((size for step, size in levels.get((gap.kind, gap.array), ()) if step <= gap.step), default=0.0)
