"""SVG elements as text: escaped, short, and the same for the same content.

Colours come from the classes of pictures.css alone, so that a drawing suits a light page and a dark one. What a mark
stands for is in its `title`, which shows under the pointer and needs no script.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from mnist_compare.io.terminal import REPLACED, clean

Attribute = str | float | None

_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LETTERS = {"b": 8.8, "nm": 7.9}
_LETTER = 7.8
"""Units that a letter of a class takes, and of another one, in a wide font and on paper, where they are larger: room is
planned with them.
"""
_WIDTHS = dict.fromkeys("mwMW@%+=~", 1.4) | dict.fromkeys("ijlftrI.,:;'|!()[] -", 0.65)
"""Of letters that take more or less."""


def number(value: float) -> str:
    """A coordinate with one decimal at most: an eye sees no less."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def element(name: str, *children: str, css: str = "", **attributes: Attribute) -> Markup:
    """An element; `css` is its class, an underscore in another name is a hyphen, and what is None is left out."""
    told = [f' class="{css}"'] if css else []
    for key, value in attributes.items():
        if value is not None:
            shown = number(value) if isinstance(value, int | float) else escape(plain(value))
            told.append(f' {key.replace("_", "-")}="{shown}"')
    inside = "".join(map(escape, children))
    return Markup(f"<{name}{''.join(told)}{f'>{inside}</{name}>' if inside else '/>'}")


def plain(text: str) -> str:
    """The text in one line, without characters that no XML document may hold, or that change the text around them."""
    return _NOT_IN_XML.sub(REPLACED, clean(" ".join(text.split())))


def join(parts: Iterable[Markup]) -> Markup:
    """One after the other: the later ones lie above."""
    return Markup("").join(parts)


def title(text: str) -> Markup:
    """What shows under the pointer; nothing for ""."""
    return element("title", plain(text)) if text else Markup("")


def width_of(text: str, css: str = "nm") -> float:
    """About how wide a text is, in units."""
    return sum(_widths(plain(text), css))


def _widths(text: str, css: str) -> list[float]:
    each = next((width for name, width in _LETTERS.items() if name in css.split()), _LETTER)
    return [each * (_WIDTHS.get(x) or (1.9 if east_asian_width(x) in "WF" else 1.0)) for x in text]


def shortened(text: str, room: float, css: str = "nm") -> str:
    """As much of the text as has that many units of room."""
    text = plain(text)
    ends = list(accumulate(_widths(text, css)))
    if not ends or ends[-1] <= room:
        return text
    return f"{text[: bisect_right(ends, room - _LETTERS['nm'])]}…"


def words(x: float, y: float, text: str, css: str = "tk", *, room: float = 10_000.0) -> Markup:
    """A line of text at its baseline; what has no room is cut off, and then the whole is in its title.

    Classes: `e` ends at x, `c` has its middle there; `tk` for ticks and notes, `nm` for names, `b` for bold.
    """
    shown = shortened(text, room, css)
    whole = title(text) if shown != plain(text) else Markup("")
    return element("text", whole, shown, css=css, x=x, y=y)


def line(x1: float, y1: float, x2: float, y2: float, css: str, told: str = "") -> Markup:
    """A straight line."""
    ends = f"M{number(x1)} {number(y1)}"
    rest = f"H{number(x2)}" if y1 == y2 else f"V{number(y2)}" if x1 == x2 else f"L{number(x2)} {number(y2)}"
    return element("path", title(told), css=css, d=ends + rest)


def rect(x: float, y: float, width: float, height: float, css: str, told: str = "", **more: Attribute) -> Markup:
    """A rectangle."""
    return element("rect", title(told), css=css, x=x, y=y, width=width, height=height, **more)


def path(points: Iterable[tuple[float, float]], css: str, told: str = "", *, closed: bool = False) -> Markup:
    """A line through points; nothing for none."""
    steps = " ".join(f"{number(x)} {number(y)}" for x, y in points)
    return element("path", title(told), css=css, d=f"M{steps}{'z' if closed else ''}") if steps else Markup("")


def moved(x: float, y: float, content: Markup) -> Markup:
    """The content with its origin there."""
    return element("g", content, transform=f"translate({number(x)} {number(y)})") if content else content


def upright(x: float, y: float, content: Markup) -> Markup:
    """The content with its origin there, turned so that a line of text rises."""
    return element("g", content, transform=f"translate({number(x)} {number(y)}) rotate(-90)")
