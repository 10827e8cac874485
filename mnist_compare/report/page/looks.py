"""What stands for a backend in all drawings: a class that sets its colour, and a shape for those who see no colours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.backend import backend_order
from mnist_compare.document.style import backend_styles
from mnist_compare.report.page.classes import backend_marks
from mnist_compare.report.page.svg import element, number, title

SIZE = 4.6

_CORNERS = {
    "s": "-0.9 -0.9  0.9 -0.9  0.9 0.9  -0.9 0.9",
    "^": "0 -1.1  1.1 0.85  -1.1 0.85",
    "v": "0 1.1  1.1 -0.85  -1.1 -0.85",
    "D": "0 -1.2  1.2 0  0 1.2  -1.2 0",
    "P": "-0.4 -1.1  0.4 -1.1  0.4 -0.4  1.1 -0.4  1.1 0.4  0.4 0.4  0.4 1.1  -0.4 1.1  -0.4 0.4  -1.1 0.4  -1.1 -0.4  "
    "-0.4 -0.4",
    "X": "-1 -1  -0.3 -1  0 -0.5  0.3 -1  1 -1  0.5 0  1 1  0.3 1  0 0.5  -0.3 1  -1 1  -0.5 0",
    "*": "0 -1.2  0.35 -0.4  1.2 -0.35  0.5 0.2  0.75 1.05  0 0.55  -0.75 1.05  -0.5 0.2  -1.2 -0.35  -0.35 -0.4",
}
"""Corners of the shapes that matplotlib's letters stand for; every other letter is drawn as a circle."""
_OUTLINES = {
    letter: [tuple(map(float, corner.split())) for corner in corners.split("  ")]
    for letter, corners in _CORNERS.items()
}


@dataclass(frozen=True)
class Look:
    """The class and the shape of one backend."""

    css: str
    marker: str


INK = Look("", "D")
"""For what is of no single backend."""

Looks = Mapping[str, Look]


def looks(labels: Iterable[str]) -> Looks:
    """A look for each label of a row; rows of other versions, and backends of others, share what is left."""
    names = backend_order(labels)
    styles = backend_styles(names)
    classes = backend_marks(names)
    return {name: Look(classes[name], styles[name].marker) for name in names}


def mark(look: Look, x: float, y: float, told: str = "", *, hollow: bool = False, size: float = SIZE) -> Markup:
    """A mark with its value in words; hollow where the evidence is weaker."""
    css = " ".join(filter(None, ("m", look.css or "k", "o" if hollow else "")))
    corners = _OUTLINES.get(look.marker)
    if corners is None:
        return element("circle", title(told), css=css, cx=x, cy=y, r=size)
    (first_x, first_y), *rest = [(x + size * a, y + size * b) for a, b in corners]
    outline = "".join(f"L{number(a)} {number(b)}" for a, b in rest)
    return element("path", title(told), css=css, d=f"M{number(first_x)} {number(first_y)}{outline}z")
