"""The report as one HTML page: it makes no request, and works without its script."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mnist_compare.backend import backend_order
from mnist_compare.document.table import MAX_ROWS, Table
from mnist_compare.document.words import listing
from mnist_compare.io.terminal import clean
from mnist_compare.records.record import Record, current
from mnist_compare.report.certified import OwnCertificate, certified_groups
from mnist_compare.report.claim import Badge, Claim
from mnist_compare.report.claims import claims
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.report.images import data_names
from mnist_compare.report.page.classes import backend_marks
from mnist_compare.report.page.sections import Section, sections
from mnist_compare.report.page.view import View, view
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.summary import subject_sentences

FOLDER = Path(__file__).parent
STYLES = ("page.css", "pictures.css")
MOST_OPEN = 8
"""Figures of a section beyond these are folded."""
BADGES = {Badge.CLAIMED: "yes", Badge.PART: "part", Badge.OPEN: "open", Badge.DENIED: "no"}


@dataclass(frozen=True)
class Page:
    """What stands on the page; `marks` are the classes of the backends' labels."""

    title: str
    subject: str
    marks: dict[str, str]
    claims: tuple[Claim, ...]
    sections: tuple[Section, ...]


def report_page(
    records: Sequence[Record], certificates: Sequence[OwnCertificate] = (), tests: EvaluatedImages | None = None
) -> str:
    """The whole page, with the images on which runs disagree where `tests` has them. The same arguments give the same
    text.
    """
    counted = current(records)
    groups = certified_groups(group_runs(counted), certificates)
    marks = backend_marks(row.label for group in groups for row in group.rows)
    page = Page(
        _title(counted),
        " ".join([*subject_sentences(groups, counted), *_circumstances(counted)]),
        marks,
        claims(groups, certificates),
        sections(groups, records, certificates, tests),
    )
    return _render(page)


def _render(page: Page) -> str:
    css = "".join(_text(name) for name in STYLES)
    js = _text("page.js")

    def shown(table: Table, most: int = MAX_ROWS) -> View:
        return view(table, page.marks, most)

    text = _template().render(
        page=page,
        badges=BADGES,
        most_open=MOST_OPEN,
        view=shown,
        policy=policy(css, js),
        css=Markup(css),
        js=Markup(js),
    )
    return str(text)


def policy(css: str, js: str) -> str:
    """The content security policy: nothing from elsewhere, and no other style or script than these."""
    return f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; img-src data:; base-uri 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _finalize(value: Any) -> Any:
    """Text without characters that steer what is around them; names and reasons come from files."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _title(records: Sequence[Record]) -> str:
    backends = backend_order(record.backend for record in records)
    names = listing(data_names(record.spec.data for record in records) or ["MNIST"])
    return f"{names} in {listing(backends)}" if backends else f"{names}: no runs"


def _circumstances(records: Sequence[Record]) -> list[str]:
    """On which processors, and when."""
    if not records:
        return []
    processors = list(dict.fromkeys(str(cpu) for record in records if (cpu := record.machine.get("cpu"))))
    first, last = min(record.started for record in records)[:10], max(record.finished for record in records)[:10]
    when = first if first == last else f"{first} to {last}"
    return [f"Trained on {listing(processors[:3])}, {when}." if processors else f"Trained on {when}."]
