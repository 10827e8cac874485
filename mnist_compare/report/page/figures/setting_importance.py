"""Which parts of the settings mattered in a study: a bar for each."""

from functools import partial

from markupsafe import Markup

from mnist_compare.report.importance import IMPORTANCE_NOTE, importance_table, importances
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import INK, Look
from mnist_compare.report.page.panels import make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.rows import Block, Row, Values, block_panel
from mnist_compare.report.page.scales import Scale
from mnist_compare.report.page.svg import rect
from mnist_compare.report.trials import find_courses

MOST_STUDIES = 6
_THICK = 12.0


def setting_importance_picture(scene: Scene) -> Picture | None:
    """A block for each study, with a row for each part."""
    found = [
        (f"{study.title}, {course.label}" if course.label else study.title, course.label, shares)
        for study in scene.studies
        for course in find_courses(study)
        if (shares := importances(study, course))
    ]
    if not found:
        return None
    shown = found[:MOST_STUDIES]
    blocks = [
        Block(head, tuple(_row(name, share, scene.looks.get(label, INK)) for name, share in shares.items()))
        for head, label, shares in shown
    ]
    most = max(share for _, _, shares in shown for share in shares.values())
    return make_picture(
        "setting-importance",
        "; ".join(
            f"{head}: the best trials differ from the others most in {next(iter(shares))}"
            for head, _, shares in shown[:3]
        ),
        IMPORTANCE_NOTE,
        [block_panel(blocks, Values(partial(Scale, 0.0, min(100.0, 110 * most)), "importance, %"))],
        columns=1,
        numbers=importance_table(scene.studies),
    )


def _row(name: str, share: float, look: Look) -> Row:
    return Row(name, partial(_draw, name, share, look), f"{100 * share:.1f} %")


def _draw(name: str, share: float, look: Look, scale: Scale, y: float) -> Markup:
    width = max(1.0, scale(100 * share) - scale(0.0))
    css = f"qt {look.css}" if look.css else "q3"
    return rect(scale(0.0), y - _THICK / 2, width, _THICK, css, f"{name}: {100 * share:.1f} %")
