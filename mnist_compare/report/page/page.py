"""The report as one HTML page: it makes no request, and works without its script."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from markupsafe import Markup

from mnist_compare.backend import backend_order
from mnist_compare.document.words import listing
from mnist_compare.records.record import Record, current
from mnist_compare.report.absent import absent_sentences
from mnist_compare.report.certified import OwnCertificate, certified_groups
from mnist_compare.report.claim import Claim
from mnist_compare.report.claims import claims
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.report.images import data_names
from mnist_compare.report.judged import CHOSEN_NOTE, judged_note, judged_word, judged_words
from mnist_compare.report.limits import without_settings
from mnist_compare.report.page.classes import backend_marks
from mnist_compare.report.page.sections import Section, sections
from mnist_compare.report.page.templates import fill, read, styles
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.summary import subject_sentences

MOST_OPEN = 8
"""Figures of a section beyond these are folded."""


@dataclass(frozen=True)
class Page:
    """What stands on the page; `note` says what runs were judged on, where it was not the test set, and `chosen` is the
    address of what was chosen by them, where it is there.
    """

    title: str
    subject: str
    claims: tuple[Claim, ...]
    sections: tuple[Section, ...]
    note: str = ""
    chosen: str = ""


def report_page(
    records: Sequence[Record],
    certificates: Sequence[OwnCertificate] = (),
    tests: EvaluatedImages | None = None,
    chosen: str = "",
    absent: Sequence[str] = (),
) -> str:
    """The whole page, with the images on which runs disagree where `tests` has them, and with a link to the report of
    what a sweep has chosen, where that stands at `chosen`; `absent` are the comparison's runs without a record. The
    same arguments give the same text.
    """
    counted = current(records)
    groups = certified_groups(group_runs(counted), certificates)
    marks = backend_marks(row.label for group in groups for row in group.rows)
    page = Page(
        page_title(counted),
        " ".join([*subject_sentences(groups, counted), *absent_sentences(absent), *_circumstances(counted)]),
        claims(without_settings(groups), certificates),
        sections(groups, records, certificates, tests, absent),
    )
    page = judged_words(page, judged_word(record.spec.data for record in counted))
    note = judged_note(counted)
    return _render(replace(page, note=f"{note} {CHOSEN_NOTE if chosen else ''}".strip(), chosen=chosen), marks)


def _render(page: Page, marks: Mapping[str, str]) -> str:
    css = styles("pictures.css")
    js = read("page.js")
    return fill(
        "page.html.j2",
        marks,
        page=page,
        most_open=MOST_OPEN,
        policy=policy(css, js),
        css=Markup(css),
        js=Markup(js),
    )


def policy(css: str, js: str) -> str:
    """The content security policy: nothing from elsewhere, and no other style or script than these."""
    return f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; img-src data:; base-uri 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def page_title(records: Sequence[Record]) -> str:
    """Which data were trained on, and in which backends."""
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
