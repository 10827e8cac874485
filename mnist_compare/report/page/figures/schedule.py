"""The learning rate of every network along its epochs."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.document.words import plural, span
from mnist_compare.recipe import Recipe
from mnist_compare.report.claim import few
from mnist_compare.report.curves import shown
from mnist_compare.report.page.axes import BELOW, Frame, whole_ticks, x_axis, y_axis
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.panels import Panel, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import LogScale, Scale, drawable
from mnist_compare.report.page.svg import join, path, words
from mnist_compare.report.statistics import Group

Points = tuple[tuple[float, float], ...]
POINTS = 121
_HEIGHT = 220.0
_APART = 15.0
_BELOW_LEAST = 1e-9


@dataclass(frozen=True)
class Rates:
    """Networks that share their learning rates: epochs done so far, and the rate then."""

    names: tuple[str, ...]
    epochs: int
    points: Points

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
    found: dict[tuple[int, Points], list[str]] = {}
    for group in scene.groups:
        for epochs, points, name in _courses(group):
            found.setdefault((epochs, points), []).append(name)
    rates = [Rates(tuple(names), *key) for key, names in found.items()]
    if not rates:
        return None
    return make_picture(
        "schedule",
        schedule_finding(rates),
        "The rate of each step, on an axis of powers of ten. "
        + (
            "A schedule of plateaus goes by the validation losses of each run."
            if any(group.spec.recipe.schedule.watches_validation for group in scene.groups)
            else "Every backend of a network takes the same one."
        ),
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
    return f"No learning rate changes: they are {span(f'{values[0]:g}', f'{values[-1]:g}')}"


def _courses(group: Group) -> list[tuple[int, Points, str]]:
    """Epochs, points and name of each course of the rate: one, unless it goes by the losses of each run."""
    recipe = group.spec.recipe
    if not recipe.schedule.watches_validation:
        points = _points(group, recipe.epochs)
        return [(recipe.epochs, points, group.label)] if points else []
    found = []
    for row in group.rows:
        for run in shown(row):
            losses = [epoch.validation_loss for epoch in run.history if epoch.validation_loss is not None]
            if points := _points(group, len(run.history), losses):
                found.append((len(run.history), points, f"{group.label} {row.label}, seed {run.seed}"))
    alike = len({course[:2] for course in found}) == 1
    return [(*found[0][:2], group.label)] if alike else found


def _points(group: Group, epochs: int, validation_losses: Sequence[float] = ()) -> Points:
    """At some steps of so many epochs, evenly; nothing where a rate cannot be drawn."""
    recipe = group.spec.recipe
    per_epoch = recipe.steps_per_epoch(group.spec.data.train_size)
    total = epochs * per_epoch
    steps = sorted({round(i * (total - 1) / (POINTS - 1)) for i in range(POINTS)}) if total else []
    try:
        found = tuple((step / per_epoch, _rate(recipe, step, per_epoch, validation_losses)) for step in steps)
    except (ArithmeticError, ValueError):  # of numbers that no run has
        return ()
    return _corners(found) if found and all(drawable(rate) and drawable(x) for x, rate in found) else ()


def _rate(recipe: Recipe, step: int, per_epoch: int, validation_losses: Sequence[float]) -> float:
    scale = recipe.schedule.scale(validation_losses[: step // per_epoch])
    return recipe.learning_rate(step, per_epoch, scale)


def _corners(points: Points) -> Points:
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
