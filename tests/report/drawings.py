"""Reads the drawings of the page as a reader's browser does: as XML."""

from xml.etree import ElementTree

from synthetic_records import make_record

from mnist_compare.certify.case import make_case
from mnist_compare.certify.certificate import Certificate, Pair
from mnist_compare.certify.gaps import Tolerance
from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.page.pictures import SECTIONS, pictures_of
from mnist_compare.report.statistics import group_runs

TOLERANCE = Tolerance(1e-12, 1e-10, 1e-10, 1e-10, 1e-10, 1e-9)


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


def certificate(*outcomes, gaps=(0.0, 1e-16, 3e-15, 2e-15)):
    """A float64 certificate of cnn whose pairs of torch, keras and paddle have these outcomes."""
    spec = make_record().spec
    case = make_case(spec.architecture, spec.recipe.changed(precision="float64"), spec.data, steps=len(gaps))
    names = ("torch", "keras", "paddle")
    found = [
        Pair(
            "cnn",
            "cnn",
            "cnn",
            "float64",
            a,
            b,
            outcome == "match",
            len(gaps),
            loss_gap=max(gaps),
            first_step_out=None if outcome == "match" else 3,
            quantity_out=None if outcome == "match" else "loss",
            tolerance=TOLERANCE,
            loss_gaps=list(gaps),
            verdict=outcome,
            certified_steps=2,
        )
        for (a, b), outcome in zip((names[:2], names[::2], names[1:]), outcomes, strict=False)
    ]
    return OwnCertificate(
        Certificate(
            all(p.passed for p in found),
            found,
            [case],
            list(names),
            {},
            {},
            1,
            {},
            "",
            "2026-01-01T00:00:00Z",
            "0.1.0",
            "0" * 64,
        )
    )
