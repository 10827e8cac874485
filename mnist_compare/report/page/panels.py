"""Panels of a drawing beside each other on a wide page, and below each other on a phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.document.table import Table
from mnist_compare.report.page.looks import Look, Looks, mark
from mnist_compare.report.page.picture import Picture
from mnist_compare.report.page.svg import element, join, line, moved, plain, rect, width_of, words

WIDE, NARROW = 1040.0, 360.0
_GAP, _HEAD, _KEY = 32.0, 26.0, 24.0

Drawing = Callable[[float], Markup]


@dataclass(frozen=True)
class Panel:
    """One part of a drawing: its height at a width, and its content at that width; a title stands above it."""

    height: Callable[[float], float]
    draw: Drawing
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Key:
    """A sample of a legend, as wide as it says, with its middle at the height 0, and what it stands for."""

    sample: Markup
    text: str
    width: float = 12.0


def fixed(height: float) -> Callable[[float], float]:
    """A height that is the same at every width."""
    return lambda _: height


def across(rows: Sequence[Sequence[object]]) -> int:
    """How many columns of a wide page keep the backends of a network in one line."""
    most = max(map(len, rows))
    return most if 1 < most <= 4 else 3


def backend_keys(looks: Looks, *, hollow: str = "") -> list[Key]:
    """The marks of backends, and what hollow ones mean, where there are any."""
    keys = [Key(mark(look, 6, 0), label) for label, look in looks.items()]
    return [*keys, *([Key(mark(Look("", "o"), 6, 0, hollow=True), f"hollow: {hollow}")] if hollow else [])]


def line_key(css: str, text: str) -> Key:
    """A kind of line."""
    return Key(line(0, 0, 30, 0, css), text, 30)


def swatch_key(css: str, text: str, looks: Looks) -> Key:
    """A kind of area, in the colours of a few backends."""
    some = list(looks.values())[:3] if css in ("qt", "qe") else [Look("", "")]
    each = 24 / len(some)
    return Key(join(rect(i * each, -6, each, 12, f"{css} {look.css}".strip()) for i, look in enumerate(some)), text, 24)


def make_picture(
    name: str,
    finding: str,
    caption: str,
    panels: Sequence[Panel],
    *,
    keys: Sequence[Key] = (),
    columns: int = 3,
    numbers: Table | None = None,
) -> Picture:
    """The panels as drawings for wide pages and for phones, with a legend above them."""
    finding, caption = plain(finding), plain(caption)
    wide = _drawing("wide", WIDE, min(columns, len(panels)), finding, panels, keys)
    narrow = _drawing("narrow", NARROW, 1, finding, panels, keys)
    return Picture(name, finding, caption, wide, narrow, numbers)


def _drawing(
    css: str, width: float, columns: int, finding: str, panels: Sequence[Panel], keys: Sequence[Key]
) -> Markup:
    legend, y = _legend(keys, width)
    each = (width - _GAP * (columns - 1)) / columns
    parts = [legend]
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        head = _HEAD if any(panel.title for panel in row) else 0.0
        for i, panel in enumerate(row):
            content = join([_head(panel, each), moved(0, head, panel.draw(each))])
            parts.append(moved(i * (each + _GAP), y, content))
        y += head + max(panel.height(each) for panel in row) + 14
    return element("svg", *parts, css=f"pic {css}", viewBox=f"0 0 {width:.0f} {y:.0f}", role="img", aria_label=finding)


def _head(panel: Panel, width: float) -> Markup:
    if not panel.title:
        return Markup("")
    taken = width_of(panel.title, "b")
    note = min(width_of(panel.note), max(width / 2, width - taken - 8))
    taken = min(taken, width - note - 8)
    told = words(taken + 8, 14, panel.note, room=note) if panel.note else Markup("")
    return join([words(0, 14, panel.title, "nm b", room=taken), told])


def _legend(keys: Sequence[Key], width: float) -> tuple[Markup, float]:
    """The samples in as many lines as they need, and the height of those."""
    if not keys:
        return Markup(""), 0.0
    parts, x, y = [], 0.0, 12.0
    for key in keys:
        room = min(key.width + 6 + width_of(key.text), width)
        if x and x + room > width:
            x, y = 0.0, y + _KEY
        text = words(key.width + 6, 4, key.text, "nm", room=width - key.width - 6)
        parts.append(moved(x, y, join([key.sample, text])))
        x += room + 12
    return join(parts), y + 22
