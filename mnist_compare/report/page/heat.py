"""A cell of a table that is inked the more, the larger its number is."""

from markupsafe import Markup

from mnist_compare.report.page.svg import element, join, title

_LIGHT, _DARK, _DARKER, _DARKEST, _TURN = 0.08, 0.45, 0.65, 0.85, 0.62


def heat_cell(x: float, y: float, size: float, share: float, shown: str, told: str) -> Markup:
    """A square with its corner there: the text in it, and what shows under the pointer; `share` is of the most ink.

    There is no ink between the lightest and the darkest third, on which neither black nor white can be read.
    """
    dark = share > _TURN
    light = _LIGHT + (_DARK - _LIGHT) * share / _TURN if share else 0.0
    ink = _DARKER + (_DARKEST - _DARKER) * (share - _TURN) / (1 - _TURN) if dark else light
    side = size - 1
    square = element("rect", title(told), css="hc", x=x, y=y, width=side, height=side, fill_opacity=f"{ink:.2f}")
    css = "inv c p" if dark else "b0 c p"
    return join([square, element("text", shown, css=css, x=x + size / 2, y=y + size / 2 + 4)])
