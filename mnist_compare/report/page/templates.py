"""Templates and styles: what is text in them is escaped, and steers nothing around it."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from mnist_compare.document.table import MAX_ROWS, Table
from mnist_compare.io.terminal import clean
from mnist_compare.report.claim import Badge
from mnist_compare.report.page.view import View, view

FOLDER = Path(__file__).parent
BADGES = {Badge.CLAIMED: "yes", Badge.PART: "part", Badge.OPEN: "open", Badge.DENIED: "no"}


def fill(template: str, marks: Mapping[str, str], **content: Any) -> str:
    """The template with this content; `marks` are the classes of the backends' labels."""
    found = _environment().get_template(template)
    return str(found.render(marks=marks, badges=BADGES, view=partial(_view, marks), **content))


def read(name: str) -> str:
    """A style or a script of the page."""
    return (FOLDER / name).read_text(encoding="utf-8")


def styles(*names: str) -> str:
    """The styles of a page: colours on light and on dark ground, what all pages have, and these files of its own."""
    dark = f"@media (prefers-color-scheme:dark){{{read('dark.css')}}}"
    return "".join([read("light.css"), dark, *map(read, ("parts.css", "page.css", *names))])


def png_address(pixels: NDArray[np.uint8]) -> str:
    """Pixels uint8 [H, W] or [H, W, C] as the address of a PNG that stands in the page itself."""
    content = BytesIO()
    Image.fromarray(pixels).save(content, "PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(content.getvalue()).decode()}"


def _view(marks: Mapping[str, str], table: Table, most: int = MAX_ROWS) -> View:
    return view(table, marks, most)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize(value: Any) -> Any:
    """Text without characters that steer what is around them; names and reasons come from files."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
