"""Rows of marks on one scale: a name at the left, what is drawn for it, and what is to be said of it at the right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.report.page.axes import BELOW, Frame, x_axis
from mnist_compare.report.page.panels import Panel
from mnist_compare.report.page.scales import Scale
from mnist_compare.report.page.svg import join, line, width_of, words

_STACKED = 700.0
"""Below this width the words of a row stand above its marks."""
_PITCH, _STACKED_PITCH = 24.0, 44.0
_MOST_NAME = 120.0
_HEAD, _NAME, _TOLD = 150.0, 190.0, 240.0

Places = Callable[[float, float], Scale]
"""The scale of the values between two places."""


@dataclass(frozen=True)
class Row:
    """A name, what is drawn on the scale at a height, and words on it; `strong` where they are a claim."""

    name: str
    draw: Callable[[Scale, float], Markup]
    told: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Block:
    """The rows of one network."""

    head: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Values:
    """The axis that rows share: its scale, its name, and what lies behind the marks, which is drawn in a frame."""

    places: Places
    label: str
    behind: Callable[[Scale, Frame], Markup] = lambda _scale, _frame: Markup("")


def row_panel(title: str, note: str, rows: Sequence[Row], values: Values, *, right: float = 20.0) -> Panel:
    """A panel of its own with the names at the left; `right` units are left free at the right."""
    name = min(_MOST_NAME, max((width_of(row.name) for row in rows), default=0.0)) + 12
    bottom = 6 + _PITCH * len(rows)

    def draw(width: float) -> Markup:
        frame = Frame(name, 2, width - right, bottom)
        scale = values.places(frame.left + 10, frame.right)
        parts = [values.behind(scale, frame), x_axis(frame, scale, values.label)]
        for i, row in enumerate(rows):
            y = 2 + _PITCH * (i + 0.5)
            parts += [words(name - 10, y + 4, row.name, "nm e", room=_MOST_NAME), row.draw(scale, y)]
        return join(parts)

    return Panel(lambda _: bottom + BELOW, draw, title, note)


def block_panel(blocks: Sequence[Block], values: Values) -> Panel:
    """The rows of several networks on one scale."""
    count = sum(len(block.rows) for block in blocks)

    def height(width: float) -> float:
        if width >= _STACKED:
            return 26 + _PITCH * count + (14 + _above(blocks)) * len(blocks) + BELOW
        return 26 + _STACKED_PITCH * count + 38 * len(blocks) + BELOW

    def draw(width: float) -> Markup:
        stacked = width < _STACKED
        bottom = height(width) - BELOW
        frame = Frame(12, 22, width - 12, bottom) if stacked else Frame(_names(blocks), 22, width - _TOLD, bottom)
        scale = values.places(frame.left + 6, frame.right - 6)
        rows = _stacked(blocks, scale, width) if stacked else _beside(blocks, scale, frame, width)
        return join([values.behind(scale, frame), x_axis(frame, scale, values.label), rows])

    return Panel(height, draw)


def _above(blocks: Sequence[Block]) -> float:
    """The height of heads: 0 where they have room beside the rows."""
    return 0.0 if max(width_of(block.head, "b") for block in blocks) <= _HEAD else 20.0


def _names(blocks: Sequence[Block]) -> float:
    """The room that names of rows need at the left, and heads beside them."""
    head = 0.0 if _above(blocks) else max(width_of(block.head, "b") for block in blocks) + 20
    name = max(width_of(row.name) for block in blocks for row in block.rows)
    return head + min(_NAME, name + 20)


def _beside(blocks: Sequence[Block], scale: Scale, frame: Frame, width: float) -> Markup:
    parts, y = [], frame.top
    for i, block in enumerate(blocks):
        if i:
            parts.append(line(0, y, width, y, "gr"))
        y += 7
        parts.append(words(0, y + 16, block.head, "nm b", room=width))
        y += _above(blocks)
        for row in block.rows:
            middle = y + _PITCH / 2
            parts.append(words(frame.left - 14, middle + 4, row.name, "nm e", room=_NAME - 20))
            parts.append(row.draw(scale, middle))
            parts.append(words(frame.right + 18, middle + 4, row.told, _told_class(row), room=_TOLD - 36))
            y += _PITCH
        y += 7
    return join(parts)


def _stacked(blocks: Sequence[Block], scale: Scale, width: float) -> Markup:
    parts, y = [], 22.0
    for i, block in enumerate(blocks):
        if i:
            parts.append(line(0, y + 6, width, y + 6, "gr"))
        parts.append(words(0, y + 26, block.head, "nm b", room=width))
        y += 38
        for row in block.rows:
            told = min(width_of(row.told, _told_class(row)), 0.62 * width)
            parts.append(words(0, y + 10, row.name, "nm", room=width - told - 10))
            parts.append(words(width, y + 10, row.told, f"{_told_class(row)} e", room=told))
            parts.append(row.draw(scale, y + 26))
            y += _STACKED_PITCH
    return join(parts)


def _told_class(row: Row) -> str:
    return "nm b" if row.strong else "tk"
