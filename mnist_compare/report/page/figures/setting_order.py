"""The scores of settings in one backend against those in another: do they agree on the order, and on the best one?"""

from functools import partial

from markupsafe import Markup

from mnist_compare.report.page.axes import BELOW, Frame, x_axis, y_axis
from mnist_compare.report.page.figures.phrases import percent
from mnist_compare.report.page.figures.scene import Scene
from mnist_compare.report.page.looks import INK, Looks, mark
from mnist_compare.report.page.panels import Key, Panel, fixed, line_key, make_picture
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.scales import ErrorScale
from mnist_compare.report.page.svg import join, line
from mnist_compare.report.setting_agreement import OrderAgreement, order_agreements, order_finding, tau_words
from mnist_compare.report.setting_tables import order_table
from mnist_compare.report.settings import Setting, Study

MOST_PANELS, MOST_MARKS = 9, 300
_HEIGHT, _LEAST_ERROR = 290.0, 1e-4


def setting_order_picture(scene: Scene) -> Picture | None:
    """A panel for every two backends of each network."""
    found = [(study, pair) for study in scene.studies for pair in order_agreements(study)]
    if not found:
        return None
    shown = found[:MOST_PANELS]
    studies = list({id(study): study for study, _ in shown}.values())
    several = len({study.title for study, _ in found}) > 1
    return make_picture(
        "setting-order",
        "; ".join(map(order_finding, studies[:2])),
        _caption(len(shown), len(found)),
        [
            Panel(
                fixed(_HEIGHT + BELOW),
                partial(_draw, study, pair, scene.looks),
                study.title if several else f"{pair.a} and {pair.b}",
                _tau(pair),
            )
            for study, pair in shown
        ],
        keys=[
            Key(mark(INK, 6, 0, hollow=True), "a setting"),
            Key(mark(INK, 6, 0), "the best one of a backend, in its shape and colour"),
            line_key("ax", "the same accuracy in both"),
        ],
        columns=3 if len(shown) > 2 else 2,
        numbers=order_table(studies),
    )


def _tau(pair: OrderAgreement) -> str:
    if pair.tau is None:
        return ""
    ends = f" ({tau_words(pair.interval.low)} to {tau_words(pair.interval.high)})" if pair.interval else ""
    return f"tau {tau_words(pair.tau)}{ends}"


def _draw(study: Study, pair: OrderAgreement, looks: Looks, width: float) -> Markup:
    frame = Frame(52, 24, width - 16, _HEIGHT)
    settings = [one for one in study.ranked if _known(one, pair)]
    errors = [max(_LEAST_ERROR, 1 - value) for one in settings for value in _values(one, pair)]
    worst, best = min(1.0, max(errors) * 1.15), max(_LEAST_ERROR, min(errors) / 1.15)
    x = ErrorScale(1 - worst, 1 - best, frame.left + 4, frame.right - 4)
    y = ErrorScale(1 - worst, 1 - best, frame.bottom - 4, frame.top + 4)
    own = [one for one in settings[:MOST_MARKS] if one is not pair.best_a and one is not pair.best_b]
    plain = [mark(INK, *_place(one, pair, x, y), _told(one, pair), hollow=True, size=3.2) for one in own]
    strong = [
        mark(looks[label], *_place(one, pair, x, y), f"best of {label}: {_told(one, pair)}", size=size)
        for label, one, size in ((pair.a, pair.best_a, 7.0), (pair.b, pair.best_b, 4.6))
    ]
    return join(
        [
            y_axis(frame, y, f"{pair.b}, {study.judging.accuracy}, %"),
            x_axis(frame, x, f"{pair.a}, {study.judging.accuracy}, %"),
            line(x(1 - worst), y(1 - worst), x(1 - best), y(1 - best), "ax"),
            *plain,
            *strong,
        ]
    )


def _known(one: Setting, pair: OrderAgreement) -> bool:
    return all(label in one.scores and one.scores[label].mean is not None for label in (pair.a, pair.b))


def _values(one: Setting, pair: OrderAgreement) -> tuple[float, float]:
    return one.scores[pair.a].mean or 0.0, one.scores[pair.b].mean or 0.0


def _place(one: Setting, pair: OrderAgreement, x: ErrorScale, y: ErrorScale) -> tuple[float, float]:
    first, second = _values(one, pair)
    return x(first), y(second)


def _told(one: Setting, pair: OrderAgreement) -> str:
    first, second = _values(one, pair)
    return f"{one.name}: {pair.a} {percent(first)}, {pair.b} {percent(second)}"


def _caption(shown: int, count: int) -> str:
    told = [
        "A mark for each setting that both backends have trained. On the line both are equally accurate; marks that "
        "only rise are the same order. Tau is Kendall's (1: the same order), with its 95 % interval over settings."
    ]
    if count > shown:
        told.append(f"The first {shown} of {count} pairs are drawn.")
    return " ".join(told)
