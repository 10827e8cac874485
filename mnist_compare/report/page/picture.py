"""A figure of the page, as its author hands it over."""

from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.document.table import Table


@dataclass(frozen=True)
class Picture:
    """A figure in words, as drawings, and as numbers.

    Fields:
        name: tells it from the others of its section, in small letters and hyphens.
        finding: what is seen in it, as a sentence that follows from the data: it stands above it.
        caption: how to read it.
        wide, narrow: the same content as `svg` elements for wide pages and for phones; one of them is shown.
        numbers: what is drawn, as a table that can be unfolded; None where the page has it elsewhere.
    """

    name: str
    finding: str
    caption: str
    wide: Markup
    narrow: Markup
    numbers: Table | None = None
