"""Reads the drawings of the page as a reader's browser does: as XML."""

from xml.etree import ElementTree

from mnist_compare.report.page.pictures import SECTIONS, pictures_of
from mnist_compare.report.statistics import group_runs

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg):
    """The root of a drawing; raises where it is no XML."""
    return ElementTree.fromstring(str(svg))


def titles(svg):
    """All that shows under the pointer, in the order of the drawing."""
    return [found.text for found in parsed(svg).iter("title")]


def texts(svg):
    """All words that are drawn."""
    return [found.text or found[-1].tail for found in parsed(svg).iter("text")]


def marks(svg):
    """The drawn marks by what shows under the pointer."""
    return {found.find("title").text: found for found in parsed(svg).iter() if _is_mark(found)}


def is_hollow(mark):
    return "o" in mark.get("class").split()


def place(mark):
    """Where a mark is: of a circle its middle, of a shape its first corner."""
    if mark.get("cx"):
        return float(mark.get("cx")), float(mark.get("cy"))
    x, y = mark.get("d").removeprefix("M").split("L")[0].split()
    return float(x), float(y)


def drawn(section, records, certificates=()):
    """The pictures of a section by name."""
    return {picture.name: picture for picture in pictures_of(section, group_runs(records), certificates)}


def all_pictures(groups, certificates=()):
    """Of every section."""
    return [picture for section in SECTIONS for picture in pictures_of(section, groups, certificates)]


def _is_mark(found):
    return "m" in (found.get("class") or "").split() and found.find("title") is not None
