"""Programs of several frameworks side by side, with what their defaults do otherwise: one HTML page without scripts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_compare.architecture import format_shape
from mnist_compare.certify.ledger import LEDGER, LedgerEntry
from mnist_compare.document.words import listing, plural
from mnist_compare.report.page.classes import backend_marks
from mnist_compare.report.page.page import policy
from mnist_compare.report.page.templates import fill, styles
from mnist_compare.source import Program

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
COMMENT = re.compile(r"(.*  |\s*)(# .*)")
"""A row that ends in a comment, or is one."""
AS = {"as torch": "torch", "as Keras": "keras", "as Paddle": "paddle"}
"""How a row of the ledger says that a framework does as another one."""


@dataclass(frozen=True)
class Row:
    """Code that says the same in each framework, and how these differ in it."""

    name: str
    words: str
    shape: str
    codes: tuple[tuple[tuple[str, str], ...], ...]
    differences: tuple["Difference", ...]

    @property
    def count(self) -> str:
        """How many differences there are, in words."""
        return plural(len(self.differences), "difference")


@dataclass(frozen=True)
class Difference:
    """What each framework does by itself, which of them is the odd one out, and what is done in all."""

    topic: str
    texts: tuple[str, ...]
    odd: tuple[bool, ...]
    translation: str


def sources_page(network: str, programs: Sequence[Program]) -> str:
    """The page of one network's programs. The same arguments give the same text."""
    names = [program.name for program in programs]
    rows = _rows(programs)
    topics = {one.topic for row in rows for one in row.differences}
    differing = sum(bool(row.differences) for row in rows)
    subject = (
        f"The network {network} and its training in {listing([program.title for program in programs])}, each as a "
        f"program of its own. {differing} of {len(rows)} parts would do something else by the frameworks' defaults, in "
        f"{plural(len(topics), 'way')}; as they stand here, they take the same steps."
    )
    css = styles("sources.css")
    return fill(
        "sources.html.j2",
        backend_marks(names),
        title=f"One network, {NUMBERS.get(len(names), str(len(names)))} source{'s' * (len(names) > 1)}",
        network=network,
        names=names,
        subject=subject,
        rows=rows,
        policy=policy(css, ""),
        css=Markup(css),
    )


def _rows(programs: Sequence[Program]) -> list[Row]:
    """A row for each piece that any of the programs has, in the order of the one that has most of them."""
    longest = max(programs, key=lambda program: len(program.pieces))
    pieces = [{piece.name: piece for piece in program.pieces} for program in programs]
    entries = {entry.topic: entry for entry in LEDGER}
    found = []
    for first in sorted(longest.pieces, key=lambda piece: piece.name == "helpers"):  # these last: they are long
        codes = tuple(_code(one[first.name].code) if first.name in one else () for one in pieces)
        if not first.words:
            continue
        differences = [_difference(entries[topic], programs) for topic in first.topics]
        shape = format_shape(first.shape) if first.shape else ""
        found.append(Row(first.name, first.words, shape, codes, tuple(one for one in differences if one is not None)))
    return found


def _code(text: str) -> tuple[tuple[str, str], ...]:
    """The rows of code, each with its comment apart; no further to the right than they must be."""
    rows = text.strip("\n").split("\n")
    least = min((len(row) - len(row.lstrip()) for row in rows if row), default=0)
    found = [COMMENT.fullmatch(row[least:]) or row[least:] for row in rows]
    return tuple((one, "") if isinstance(one, str) else (one[1].rstrip(), one[2]) for one in found) if any(rows) else ()


def _difference(entry: LedgerEntry, programs: Sequence[Program]) -> Difference | None:
    """What a row of the ledger says of these frameworks; nothing where nobody knows what one of them does."""
    found = [program.defaults.get(entry.topic) or getattr(entry, program.name, None) for program in programs]
    if not all(found):
        return None
    texts = tuple(map(str, found))
    meant = [_meant(entry, text) for text in texts]
    odd = tuple(meant.count(one) == 1 and len(set(meant)) == 2 and len(meant) > 2 for one in meant)
    return Difference(entry.topic, texts, odd, entry.translation)


def _meant(entry: LedgerEntry, text: str) -> str:
    """The text, or that of the framework to which it points."""
    return str(getattr(entry, AS[text])) if text in AS else text
