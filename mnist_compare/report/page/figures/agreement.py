"""How many test images two runs read differently, of the same seed and of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from markupsafe import Markup

from mnist_compare.document.words import plural, span
from mnist_compare.report.agreement import (
    FRAMEWORK,
    SEED,
    Agreement,
    RunPredictions,
    agreements,
    compared,
    run_predictions,
)
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.heat import heat_cell
from mnist_compare.report.page.looks import Looks, mark
from mnist_compare.report.page.panels import Panel, backend_keys, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.svg import join, rect, words
from mnist_compare.report.statistics import Group

MOST_RUNS = 12
MOST_PANELS = 6
_LEFT, _TOP, _LARGEST = 70.0, 24.0, 46.0


@dataclass(frozen=True)
class Matrix:
    """The runs of a group, those of a seed together, and what each two of them read differently."""

    group: Group
    runs: tuple[RunPredictions, ...]
    left: int

    @cached_property
    def pairs(self) -> dict[tuple[int, int], Agreement]:
        """By their places in `runs`, the later one first."""
        places = range(len(self.runs))
        return {(b, a): compared(self.runs[a], self.runs[b]) for b in places for a in places if a < b}


def agreement_picture(scene: Scene) -> Picture | None:
    """A panel for each network of which two runs tell what they predict."""
    found = [matrix for group in scene.groups if len((matrix := _matrix(group)).runs) > 1]
    if not found:
        return None
    shown = found[:MOST_PANELS]
    drawn = scene.some(run.label for matrix in shown for run in matrix.runs)
    return make_picture(
        "agreement",
        agreement_finding([pair for matrix in shown for pair in agreements(matrix.group)]),
        _caption(found, shown),
        [_panel(matrix, scene.looks) for matrix in shown],
        keys=backend_keys(drawn),
        columns=min(3, len(shown)) if len(shown) > 1 else 2,
    )


def agreement_finding(pairs: Sequence[Agreement]) -> str:
    """How many images another framework reads differently, and how many another seed."""
    counts = {kind: [pair.differing for pair in pairs if pair.kind == kind] for kind in (FRAMEWORK, SEED)}
    told = [
        f"another {word} reads {_range(found)} of {pairs[0].count:,} images differently"
        for word, found in (("framework", counts[FRAMEWORK]), ("seed", counts[SEED]))
        if found
    ]
    sizes = {pair.count for pair in pairs}
    if not told or len(sizes) > 1:
        return "How many test images two runs read differently"
    if len(told) > 1:
        told[1] = f"another seed {_range(counts[SEED])}"
    return f"A{told[0][1:]}{f', {told[1]}' if len(told) > 1 else ''}"


def _range(counts: Sequence[int]) -> str:
    return span(f"{min(counts):,}", f"{max(counts):,}")


def _matrix(group: Group) -> Matrix:
    runs = sorted(run_predictions(group), key=lambda run: run.seed)  # which keeps the order of the backends
    return Matrix(group, tuple(runs[:MOST_RUNS]), max(0, len(runs) - MOST_RUNS))


def _panel(matrix: Matrix, looks: Looks) -> Panel:
    worst = max(1, *(pair.differing for pair in matrix.pairs.values()))
    height = partial(_height, len(matrix.runs))
    return Panel(height, partial(_draw, matrix, looks, worst), matrix.group.label, plural(len(matrix.runs), "run"))


def _size(runs: int, width: float) -> float:
    return min((width - _LEFT) / runs, _LARGEST)


def _height(runs: int, width: float) -> float:
    return _TOP + _size(runs, width) * runs + 4


def _draw(matrix: Matrix, looks: Looks, worst: int, width: float) -> Markup:
    size, runs = _size(len(matrix.runs), width), matrix.runs
    parts = []
    for place, run in enumerate(runs):
        middle = (place + 0.5) * size
        look = looks[run.label]
        parts += [mark(look, _LEFT - 12, _TOP + middle, run.name), mark(look, _LEFT + middle, _TOP - 11, run.name)]
        parts.append(rect(_LEFT + middle - size / 2, _TOP + middle - size / 2, size - 1, size - 1, "dgc"))
        if not place or runs[place - 1].seed != run.seed:
            parts.append(words(_LEFT - 22, _TOP + middle + 4, f"seed {run.seed}", "tk e", room=_LEFT - 22))
    for (b, a), pair in matrix.pairs.items():
        parts += [_cell(pair, pair.differing / worst, size, x, y) for x, y in ((a, b), (b, a))]
    return join(parts)


def _cell(pair: Agreement, share: float, size: float, column: int, row: int) -> Markup:
    told = f"{pair.a.name} and {pair.b.name}: {pair.differing:,} of {plural(pair.count, 'image')} read differently"
    return heat_cell(_LEFT + column * size, _TOP + row * size, size, share, _short(pair.differing), told)


def _short(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.1f}k"


def _caption(found: Sequence[Matrix], shown: Sequence[Matrix]) -> str:
    told = ["Each cell counts the test images that two runs read differently; runs of one seed stand together."]
    if any(matrix.left for matrix in shown):
        told.append(f"The first {MOST_RUNS} runs of a network are drawn.")
    if len(found) > len(shown):
        told.append(f"The first {len(shown)} of {len(found)} networks are drawn.")
    return " ".join(told)
