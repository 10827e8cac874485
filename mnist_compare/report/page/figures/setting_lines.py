"""Parallel coordinates: a line for each setting through the values of its parts, to its accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from markupsafe import Markup

from mnist_compare.document.words import plural
from mnist_compare.report.page.figures.phrases import percent
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, mark
from mnist_compare.report.page.panels import Key, Panel, fixed, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import ErrorScale, LogScale, Scale
from mnist_compare.report.page.svg import element, join, line, number, title, words
from mnist_compare.report.setting_axes import MISSING, Axis, value_words
from mnist_compare.report.setting_tables import setting_table
from mnist_compare.report.settings import Setting, Study

MOST_PANELS, MOST_AXES, MOST_LINES, MOST_NAMED = 6, 6, 300, 12
_HEIGHT, _TOP = 250.0, 44.0
_FAINTEST, _LEAST_ERROR, _WIDE_RANGE = 0.12, 1e-4, 20.0


@dataclass(frozen=True)
class Ladder:
    """An axis between two heights: values at even steps, or, of very many numbers, along a scale."""

    axis: Axis
    study: Study
    bottom: float
    top: float

    @cached_property
    def names(self) -> list[str]:
        """The values that have a step of their own, from the bottom; a missing one is the lowest."""
        found = self.axis.all_words(self.study.recipes)
        return [*found[len(self.axis.values) :], *found[: len(self.axis.values)]]

    @property
    def is_even(self) -> bool:
        """Whether each value has a step."""
        return len(self.names) <= MOST_NAMED or not self.axis.is_numeric

    @cached_property
    def scale(self) -> Scale:
        """Of numbers; logarithmic where they are of several sizes."""
        values = [float(value or 0) for value in self.axis.values]
        low, high = min(values), max(values)
        kind = LogScale if low > 0 and high / low >= _WIDE_RANGE else Scale
        return kind(low, high, self.bottom - (14 if MISSING in self.names else 0), self.top)

    def place(self, setting: Setting) -> float:
        """The height of a setting's value."""
        told = self.axis.words(setting.recipe)
        if self.is_even:
            steps = max(1, len(self.names) - 1)
            return self.bottom - (self.bottom - self.top) * self.names.index(told) / steps
        return self.bottom if told == MISSING else self.scale(float(self.axis.value(setting.recipe) or 0))

    def draw(self, x: float, room: float) -> Markup:
        """The line, its name above it, and its values beside it."""
        parts = [line(x, self.top, x, self.bottom, "ax"), words(x, self.top - 14, self.axis.title, "tk", room=room)]
        if not self.is_even:
            ends = [(self.scale(float(v or 0)), value_words(v)) for v in (self.axis.values[0], self.axis.values[-1])]
            return join([*parts, *(words(x + 6, y + 4, told, "nm hl", room=room) for y, told in ends)])
        steps, every = max(1, len(self.names) - 1), max(1, -(-len(self.names) // MOST_NAMED))
        for i, name in enumerate(self.names):
            if i % every == 0:
                y = self.bottom - (self.bottom - self.top) * i / steps
                parts.append(words(x + 6, y + 4, name, "nm hl", room=room))
        return join(parts)


def setting_lines_picture(scene: Scene) -> Picture | None:
    """A panel for each network and backend of which two parts or more vary."""
    found = [(study, label) for study in scene.studies if len(study.axes) > 1 for label in study.backends]
    if not found:
        return None
    shown = found[:MOST_PANELS]
    studies = list({id(study): study for study, _ in shown}.values())
    keys = [Key(element("path", css="ln k", d="M0 0H30", opacity=_FAINTEST), "worst", 30)]
    keys += [Key(element("path", css="ln k", d="M0 0H30"), "best", 30)]
    return make_picture(
        "setting-lines",
        lines_finding(studies),
        _caption(shown, len(found)),
        [
            Panel(fixed(_HEIGHT), partial(_draw, study, label, scene.looks[label]), label, _note(study, scene))
            for study, label in shown
        ],
        keys=keys,
        columns=1 if max(len(study.axes) for study in studies) > 3 else 2,
        numbers=setting_table(studies[0]) if len(studies) == 1 else None,
    )


def lines_finding(studies: Sequence[Study]) -> str:
    """What the best tenth of the settings have in common."""
    told = []
    for study in studies[:2]:
        best = study.ranked[: max(2, len(study.settings) // 10)]
        shared = [
            f"{axis.title} {found.pop()}"
            for axis in study.axes
            if len(found := {axis.words(s.recipe) for s in best}) == 1
        ]
        common = ", ".join(shared) if shared else "no part in common"
        told.append(f"{study.title}: the best {plural(len(best), 'setting')} have {common}")
    return "; ".join(told)


def _note(study: Study, scene: Scene) -> str:
    return study.title if len(scene.studies) > 1 else ""


def _axes(study: Study) -> tuple[Axis, ...]:
    return study.axes[:MOST_AXES]


def _draw(study: Study, label: str, look: Look, width: float) -> Markup:
    axes, bottom = _axes(study), _HEIGHT - 26
    each = (width - 74) / len(axes)
    ladders = [(8 + i * each, Ladder(axis, study, bottom, _TOP)) for i, axis in enumerate(axes)]
    x, settings = 8 + each * len(axes), _settings(study, label)
    means = [mean for one in settings if (mean := one.scores[label].mean) is not None]
    scale = ErrorScale(min(means), max(means), bottom, _TOP, least=_LEAST_ERROR)

    def points(one: Setting) -> list[tuple[float, float]]:
        mean = one.scores[label].mean
        end = bottom + 16 if mean is None else _along(scale, mean)
        return [*((x, ladder.place(one)) for x, ladder in ladders), (x, end)]

    lines = [_line(one, label, points(one), _ink(scale, one.scores[label].mean)) for one in settings]
    best = settings[-1]
    frames = [ladder.draw(x, each - 10) for x, ladder in ladders]
    strong = element(
        "path", title(_told(best, label)), css=f"ln w1 {look.css or 'k'}", d=_way(points(best)), fill="none"
    )
    marks = [mark(look, x, y, _told(best, label)) for x, y in points(best)]
    return join([*lines, *frames, _accuracies(x, scale, means), strong, *marks])


def _settings(study: Study, label: str) -> list[Setting]:
    """The worst first, so that better ones lie above; those that failed are drawn too."""
    failed = [one for one in study.settings if label in one.scores and not one.scores[label].accuracies]
    return [*failed, *study.ranked_in(label)[::-1]][-MOST_LINES:]


def _along(scale: Scale, mean: float) -> float:
    return scale(mean) if scale.high > scale.low else (scale.start + scale.end) / 2


def _ink(scale: Scale, mean: float | None) -> float:
    if mean is None:
        return _FAINTEST
    share = (scale.start - _along(scale, mean)) / (scale.start - scale.end)
    return _FAINTEST + (1 - _FAINTEST) * max(0.0, min(1.0, share)) ** 2


def _line(one: Setting, label: str, places: Sequence[tuple[float, float]], ink: float) -> Markup:
    css = "ln th k" if one.scores[label].mean is not None else "ln th k dsh"
    return element("path", title(_told(one, label)), css=css, d=_way(places), opacity=f"{ink:.2f}")


def _way(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)


def _told(one: Setting, label: str) -> str:
    return f"{label}, {one.name}: {one.scores[label].words}"


def _accuracies(x: float, scale: Scale, means: Sequence[float]) -> Markup:
    ends = [max(means), min(means)] if scale.high > scale.low else means[:1]
    told = [words(x + 8, _along(scale, mean) + 4, percent(mean), "nm b hl") for mean in ends]
    return join([line(x, scale.end, x, scale.start, "ax"), words(x + 66, _TOP - 14, "accuracy", "tk e"), *told])


def _caption(shown: Sequence[tuple[Study, str]], count: int) -> str:
    accuracy = shown[0][0].judging.accuracy
    told = [
        f"A line for each setting, through its values, to its {accuracy}: the darker, the better, by halves of the "
        "error. The best setting is drawn in the backend's colour."
    ]
    lost = [
        one.scores[label]
        for study, label in shown
        for one in study.settings
        if label in one.scores and one.scores[label].mean is None
    ]
    if lost:
        pruned = ["was pruned"] if any(score.pruned for score in lost) else []
        failed = ["diverged", "failed"] if any(score.failed for score in lost) else []
        told.append(f"Dashed lines to below the axis: no run is done, since it {' or '.join([*failed, *pruned])}.")
    if any(len(study.axes) > MOST_AXES for study, _ in shown):
        told.append(f"The first {MOST_AXES} parts that vary are drawn.")
    if any(len(study.settings) > MOST_LINES for study, _ in shown):
        told.append(f"The best {MOST_LINES} settings are drawn.")
    if any(MISSING in axis.all_words(study.recipes) for study, _ in shown for axis in _axes(study)):
        told.append(f"{MISSING}: settings without that part.")
    if count > len(shown):
        told.append(f"The first {len(shown)} of {count} panels are drawn.")
    return " ".join(told)
