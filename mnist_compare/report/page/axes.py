"""Axes of a drawing: grid lines, ticks and their numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.report.page.scales import Scale, Tick, round_step, tick_words
from mnist_compare.report.page.svg import join, line, words

BELOW = 38.0
"""Units that the numbers and the name of a horizontal axis take."""
ABOVE = 24.0
"""Units that the name of a vertical axis takes."""
LEFT = 52.0
_LINE_APART = 26.0


@dataclass(frozen=True)
class Frame:
    """The rectangle in which values are drawn, within a drawing."""

    left: float
    top: float
    right: float
    bottom: float


def x_axis(frame: Frame, scale: Scale, label: str, ticks: Sequence[Tick] | None = None, *, grid: bool = True) -> Markup:
    """At the bottom of the frame."""
    parts = []
    for tick in scale.ticks() if ticks is None else ticks:
        x = scale(tick.value)
        if grid:
            parts.append(line(x, frame.top, x, frame.bottom, "gr"))
        parts.append(words(x, frame.bottom + 16, tick.words, "tk c"))
    parts.append(line(frame.left, frame.bottom, frame.right, frame.bottom, "ax"))
    parts.append(words((frame.left + frame.right) / 2, frame.bottom + 33, label, "tk c"))
    return join(parts)


def y_axis(frame: Frame, scale: Scale, label: str, *, right: bool = False) -> Markup:
    """At the left of the frame, with its name above; or at the right, where the grid is the left one's."""
    parts = []
    for tick in scale.ticks(_LINE_APART):
        y = scale(tick.value)
        if right:
            parts.append(words(frame.right + 6, y + 4, tick.words))
        else:
            parts.append(line(frame.left, y, frame.right, y, "gr"))
            parts.append(words(frame.left - 6, y + 4, tick.words, "tk e"))
    if right:
        parts.append(line(frame.right, frame.top, frame.right, frame.bottom, "ax"))
        parts.append(words(frame.right, frame.top - 8, label, "tk e"))
    else:
        parts.append(words(frame.left, frame.top - 8, label))
    return join(parts)


def whole_ticks(scale: Scale) -> list[Tick]:
    """Whole numbers, such as those of epochs."""
    step = max(1.0, round_step((scale.high - scale.low) / scale.room()))
    step = 5.0 if step == 2.5 else step
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9)
    return [Tick(i * step, tick_words(i * step, step)) for i in range(first, last + 1)]
