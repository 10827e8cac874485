"""The best setting of each backend, with the interval of its accuracy."""

from functools import partial

from markupsafe import Markup

from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import Look, mark
from mnist_compare.report.page.panels import make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Block, Row, Values, block_panel
from mnist_compare.report.page.scales import Scale, span
from mnist_compare.report.page.svg import join, line
from mnist_compare.report.setting_agreement import agreement_finding, order_agreements
from mnist_compare.report.setting_tables import best_table, interval_words
from mnist_compare.report.settings import Score, Study

MOST_ROWS = 40
_POINTS = 0.4


def setting_best_picture(scene: Scene) -> Picture | None:
    """A row for each backend of each network."""
    if not scene.studies:
        return None
    shown = scene.studies[: max(1, MOST_ROWS // max(1, len(scene.studies[0].backends)))]
    scores = [study.ranked_in(label)[0].scores[label] for study in shown for label in study.backends]
    low, high = span([100 * end for score in scores for end in _ends(score)], least=_POINTS)
    accuracy = shown[0].judging.accuracy
    panel = block_panel(
        [
            Block(study.title, tuple(_row(study, label, scene.looks[label]) for label in study.backends))
            for study in shown
        ],
        Values(partial(Scale, low, min(100.0, high)), f"{accuracy} of the best setting, %"),
    )
    return make_picture(
        "setting-best",
        _finding(shown),
        _caption(shown, len(scene.studies)),
        [panel],
        columns=1,
        numbers=best_table(shown),
    )


def _finding(studies: tuple[Study, ...]) -> str:
    compared = [study for study in studies if order_agreements(study)]
    if compared:
        return "; ".join(
            agreement_finding(study).removeprefix("" if i == 0 else "In ") for i, study in enumerate(compared)
        )
    return "; ".join(f"The best setting of {study.title} is {study.ranked[0].name}" for study in studies)


def _ends(score: Score) -> tuple[float, float, float]:
    """The mean, and what of its interval a reader sees: of two seeds it may reach beyond everything."""
    mean, found = score.mean or 0.0, score.interval
    if found is None:
        return mean, mean, mean
    most = 4 * max(max(score.accuracies) - min(score.accuracies), 0.01)
    return mean, max(0.0, found.low, mean - most), min(1.0, found.high, mean + most)


def _row(study: Study, label: str, look: Look) -> Row:
    best = study.ranked_in(label)[0]
    return Row(label, partial(_draw, best.scores[label], look, f"{label}, {best.name}"), best.name)


def _draw(score: Score, look: Look, who: str, scale: Scale, y: float) -> Markup:
    mean, low, high = (100 * value for value in _ends(score))
    one = len(score.accuracies) < 2
    told = f"{who}: {score.words}, 95 % interval {interval_words(score.interval)}"
    css = f"iv {look.css or 'k'}{' dot' if one else ''}"
    return join([line(scale(low), y, scale(high), y, css), mark(look, scale(mean), y, told, hollow=one)])


def _caption(shown: tuple[Study, ...], count: int) -> str:
    told = ["A mark at the mean over the seeds, a line over its 95 % interval, and the setting in words."]
    if any(study.seeds < 2 for study in shown):
        told.append("Hollow and dotted: one seed, 95 % interval over the images alone.")
    told.append("The best of many settings is ahead by luck, too.")
    if count > len(shown):
        told.append(f"The first {len(shown)} of {count} networks are drawn.")
    return " ".join(told)
