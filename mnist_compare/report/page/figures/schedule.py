"""The learning rate of every network along its epochs."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.document.words import plural
from mnist_compare.report.claim import few
from mnist_compare.report.page.axes import BELOW, Frame, whole_ticks, x_axis, y_axis
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.panels import Panel, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import LogScale, Scale, drawable
from mnist_compare.report.page.svg import join, path, words
from mnist_compare.report.statistics import Group

POINTS = 121
_HEIGHT = 220.0
_APART = 15.0
_BELOW_LEAST = 1e-9


@dataclass(frozen=True)
class Rates:
    """Networks that share their learning rates: epochs done so far, and the rate then."""

    names: tuple[str, ...]
    epochs: int
    points: tuple[tuple[float, float], ...]

    @property
    def constant(self) -> bool:
        """Whether it never changes."""
        return len({rate for _, rate in self.points}) == 1

    @property
    def change(self) -> str:
        """The rate, or between which ones it is."""
        rates = [rate for _, rate in self.points]
        return f"{rates[0]:g}" if self.constant else f"between {min(rates):.3g} and {max(rates):.3g}"


def schedule_picture(scene: Scene) -> Picture | None:
    """One panel for all networks that were trained."""
    found: dict[tuple[int, tuple[tuple[float, float], ...]], list[str]] = {}
    for group in scene.groups:
        if group.spec.recipe.epochs and (points := _points(group)):
            found.setdefault((group.spec.recipe.epochs, points), []).append(group.label)
    rates = [Rates(tuple(names), *key) for key, names in found.items()]
    if not rates:
        return None
    return make_picture(
        "schedule",
        schedule_finding(rates),
        "The rate of each step, on an axis of powers of ten. Every backend of a network takes the same one.",
        [Panel(fixed(_height(rates) + BELOW), lambda width: _draw(rates, width))],
        columns=1,
    )


def schedule_finding(rates: Sequence[Rates]) -> str:
    """In which networks the rate changes."""
    changing = [one for one in rates if not one.constant]
    if changing:
        names = [name for one in changing for name in one.names]
        return f"The learning rate of {few(names)} changes" + (
            f" {changing[0].change}" if len(changing) == 1 else " along the training"
        )
    if len(rates) == 1:
        return f"The learning rate stays at {rates[0].change}"
    values = sorted(one.points[0][1] for one in rates)
    networks = sum(len(one.names) for one in rates)
    return f"The learning rate stays the same in {plural(networks, 'network')}: from {values[0]:g} to {values[-1]:g}"


def _points(group: Group) -> tuple[tuple[float, float], ...]:
    """At some steps, evenly; nothing where a rate cannot be drawn."""
    recipe = group.spec.recipe
    per_epoch = recipe.steps_per_epoch(group.spec.data.train_size)
    total = recipe.epochs * per_epoch
    steps = sorted({round(i * (total - 1) / (POINTS - 1)) for i in range(POINTS)})
    try:
        found = tuple(
            (step / per_epoch, recipe.optimizer.learning_rate * recipe.schedule.share(step, total, per_epoch))
            for step in steps
        )
    except (ArithmeticError, ValueError):  # of numbers that no run has
        return ()
    return _corners(found) if all(drawable(rate) and drawable(x) for x, rate in found) else ()


def _corners(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Without those between two at the same height."""
    ends = (0, len(points) - 1)
    return tuple(
        point for i, point in enumerate(points) if i in ends or not points[i - 1][1] == point[1] == points[i + 1][1]
    )


def _height(rates: Sequence[Rates]) -> float:
    return max(_HEIGHT, 40 + _APART * len(rates))


def _draw(rates: Sequence[Rates], width: float) -> Markup:
    room = 230.0 if width > 700 else 120.0
    frame = Frame(56, 24, width - room, _height(rates))
    heights = [rate for one in rates for _, rate in one.points if rate > 0] or [1e-3]
    low, high = max(min(heights), max(heights) * _BELOW_LEAST), max(heights)
    y = LogScale(low / 2.2, high * 2.2, frame.bottom, frame.top)
    last = max(max(1.0, x) for one in rates for x, _ in one.points)
    x = Scale(0.0, last, frame.left, frame.right - 8)
    parts = [y_axis(frame, y, "learning rate"), x_axis(frame, x, "epochs", whole_ticks(x), grid=False)]
    ends = sorted(rates, key=lambda one: y(one.points[-1][1]))
    for one, at in zip(ends, _apart([y(one.points[-1][1]) + 4 for one in ends], frame.bottom), strict=True):
        told = f"{', '.join(one.names)}: {one.change}, {plural(one.epochs, 'epoch')}"
        parts.append(path([(x(place), y(rate)) for place, rate in one.points], "ln k", told))
        parts.append(words(frame.right + 4, at, ", ".join(one.names), "nm", room=room - 8))
    return join(parts)


def _apart(heights: Sequence[float], bottom: float) -> list[float]:
    """The heights, moved so that a line of text has room at each, and none is below the bottom."""
    found: list[float] = []
    for height in heights:
        found.append(max([height, *(other + _APART for other in found[-1:])]))
    return [min(height, bottom - _APART * (len(found) - 1 - i)) for i, height in enumerate(found)]
