"""The look of all figures, and how a figure becomes files whose bytes depend on its content alone."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from mnist_compare.backend import backend_order, backends
from mnist_compare.document.fonts import OWN, give_fonts, in_silence
from mnist_compare.document.rendered import Rendered

DPI = 150
LETTERS_PER_INCH = 8
LINE_HEIGHT = 0.25
PNG = {"compress_level": 1}  # half the time of the usual 6, and a quarter more bytes
INK = "#222222"
GREY = "#8c8c8c"

_RC: dict[Any, Any] = {
    "font.family": OWN,
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a $ in a name is a $
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,  # 1.2850 is read at once, 1e-4+1.285 is not
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "svg.hashsalt": "mnist_compare",
    "svg.fonttype": "path",
}
# Okabe and Ito's palette, which the colour-blind can tell apart.
_OTHERS = (("#cc79a7", "v"), ("#e69f00", "P"), ("#56b4e9", "X"), ("#7f6000", "*"))


@dataclass(frozen=True)
class Style:
    """How one backend is drawn, in every figure."""

    color: str
    marker: str


Styles = Mapping[str, Style]


def backend_styles(names: Iterable[str]) -> dict[str, Style]:
    """A style for each name: a fixed one for the known backends, the next free one for others.

    A backend of which there are several versions has as many names, which are not the known one.
    """
    known = {name: Style(backend.color, backend.marker) for name, backend in backends().items() if backend.color}
    others = [name for name in backend_order(names) if name not in known]
    styles = {name: Style(*_OTHERS[i % len(_OTHERS)]) for i, name in enumerate(others)}
    return known | styles


@contextmanager
def house_style() -> Iterator[None]:
    """The settings under which all figures are made and written; those of the user's matplotlib come back after it."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        yield


def new_figure(width: float, height: float, title: str) -> Figure:
    """An empty figure of that size in inches (higher for a long title), which finds room for its labels by itself."""
    text = fill(title, int(LETTERS_PER_INCH * width))
    figure = Figure(figsize=(width, height + LINE_HEIGHT * text.count("\n")), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(text, fontsize=12.5, fontweight="bold")
    return figure


def legend_below(figure: Figure, axes: Axes, columns: int = 5) -> None:
    """The legend of `axes` under the figure, where it covers no data."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=min(columns, len(handles)))


def draw(figure: Figure) -> Rendered:
    """The figure as files without dates or versions in them."""
    png, svg = BytesIO(), BytesIO()
    with in_silence():
        give_fonts(figure)
        # Finding room for the labels takes as long as drawing: it is done once, not again for each format. And
        # `savefig` draws everything once more beforehand, which only what it can do besides would need.
        if figure.axes and (layout := figure.get_layout_engine()):
            layout.execute(figure)
        figure.set_layout_engine("none")
        figure.set_dpi(DPI)
        FigureCanvasAgg(figure).print_png(  # type: ignore[no-untyped-call]
            png, metadata={"Software": None}, pil_kwargs=PNG
        )
        FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return Rendered(png.getvalue(), svg.getvalue())
