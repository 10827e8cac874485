"""How well each digit or class is recognised by each backend."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

from markupsafe import Markup

from mnist_compare.document.words import listing
from mnist_compare.report.page.figures.phrases import percent, share
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import mark
from mnist_compare.report.page.panels import Panel, backend_keys, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Row, Values, row_panel
from mnist_compare.report.page.scales import Scale, span
from mnist_compare.report.page.svg import join, line
from mnist_compare.report.shown_classes import shown_classes, shown_note
from mnist_compare.report.statistics import BackendRuns, Group


@dataclass(frozen=True)
class Recognised:
    """The share of each class's test images that a row recognises, as a mean over its seeds; None without images."""

    row: BackendRuns
    shares: tuple[float | None, ...]
    images: tuple[int, ...]
    seeds: int

    def worst(self) -> list[int]:
        """The classes with the least share."""
        least = min(value for value in self.shares if value is not None)
        return [digit for digit, value in enumerate(self.shares) if value == least]


def classes_picture(scene: Scene) -> Picture | None:
    """A panel for each network."""
    found = [(group, rows) for group in scene.groups if (rows := recognised(group))]
    if not found:
        return None
    single = any(row.seeds == 1 for _, rows in found for row in rows)
    several = any(row.seeds > 1 for _, rows in found for row in rows)
    word = found[0][0].class_word
    return make_picture(
        "classes",
        classes_finding(found),
        f"The share of a {word}'s test images that is recognised"
        + ("; means over the seeds" if several else "")
        + (". Each panel has a scale of its own." if len(found) > 1 else "."),
        [_panel(group, rows, scene) for group, rows in found],
        keys=backend_keys(
            scene.some(row.row.label for _, rows in found for row in rows), hollow="one seed" if single else ""
        ),
    )


def classes_finding(found: Sequence[tuple[Group, Sequence[Recognised]]]) -> str:
    """Which class is recognised least often, by how many."""
    every = [(group, row) for group, rows in found for row in rows]
    word = found[0][0].class_word if len({group.class_word for group, _ in every}) == 1 else "class"
    counts = Counter(digit for _, row in every for digit in row.worst())
    if not counts:
        return f"Nothing is known of single {word}s"
    most = max(counts.values())
    worst = [digit for digit in sorted(counts) if counts[digit] == most]
    noun = _noun(worst, word, [group for group, _ in found])
    verb = "is" if len(worst) == 1 else "are"
    if most < len(every):
        return f"{noun} {verb} recognised least often, in {most} of {len(every)} courses of training"
    values = [value for _, row in every for digit in worst if (value := row.shares[digit]) is not None]
    low, high = percent(min(values)), percent(max(values))
    told = low if low == high else f"{low} to {high}"
    whom = "all" if len(every) > 1 else every[0][1].row.label
    return f"{noun} {verb} recognised least often by {whom}: {told}"


def _noun(labels: Sequence[int], word: str, groups: Sequence[Group]) -> str:
    """The classes in words: by their names where the groups agree on these, else by their numbers."""
    if all(group.has_class_names for group in groups):
        called = [{group.class_name(label) for group in groups} for label in labels]
        if all(len(names) == 1 for names in called):
            return listing([name for names in called for name in names])
    noun = word if len(labels) == 1 else {"digit": "digits"}.get(word, "classes")
    return f"{noun.capitalize()} {listing(list(map(str, labels)))}"


def recognised(group: Group) -> list[Recognised]:
    """Of the rows with a test of a trained network."""
    found = []
    for row in group.finished:
        tests = [run.test.scores for run in row.done if run.test]
        labels = range(group.class_count)
        values = [[s for test in tests if (s := share(test[label].accuracy)) is not None] for label in labels]
        if any(values):
            shares = tuple(fmean(own) if own else None for own in values)
            images = tuple(max(test[label].count for test in tests) for label in labels)
            found.append(Recognised(row, shares, images, len(tests)))
    return found


def _panel(group: Group, rows: Sequence[Recognised], scene: Scene) -> Panel:
    values = [100 * value for row in rows for value in row.shares if value is not None]
    low, high = span(values, least=1.0, pad=0.03)
    lines = [Row(group.class_name(digit), partial(_draw, group, rows, digit, scene)) for digit in shown_classes(group)]
    axis = Values(partial(Scale, max(0.0, low), min(100.0, high)), f"recognised, % of the {group.class_word}'s images")
    return row_panel(group.label, shown_note(group), lines, axis)


def _draw(group: Group, rows: Sequence[Recognised], digit: int, scene: Scene, scale: Scale, y: float) -> Markup:
    found = [(row, value) for row in rows if (value := row.shares[digit]) is not None]
    if not found:
        return Markup("")
    places = [scale(100 * value) for _, value in found]
    step = min(6.0, 14.0 / len(found))
    parts = [line(min(places), y, max(places), y, "pi")] if max(places) > min(places) else []
    for i, (row, value) in enumerate(found):
        told = f"{group.label}, {group.class_words(digit)}, {row.row.label}: {percent(value)} of {row.images[digit]:,}"
        at = y + (i - (len(found) - 1) / 2) * step
        parts.append(mark(scene.looks[row.row.label], scale(100 * value), at, told, hollow=row.seeds == 1, size=3.8))
    return join(parts)
