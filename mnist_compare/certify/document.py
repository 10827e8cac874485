"""The files of a certificate: JSON for programs, Markdown for readers, and a figure for each case."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from mnist_compare.certify.certificate import CERTIFICATE_FILE, Certificate
from mnist_compare.certify.sentences import headline, verdict
from mnist_compare.certify.tables import (
    cases_table,
    environment_table,
    failures_table,
    floors_table,
    gaps_table,
    passes_table,
    tolerance_table,
)
from mnist_compare.document.figure import Figure
from mnist_compare.document.markdown import escape, image_markdown, table_markdown
from mnist_compare.document.table import Table
from mnist_compare.document.words import fact, listing, readable
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.records.folder import FIGURES_FOLDER

DOCUMENT_FILE = "certificate.md"

_READING = (
    "Every backend was given the same initial weights, batches, dropout masks and learning rates, and trained them in "
    "a process of its own. At every step the losses of two backends were compared; at some steps every value of all "
    "gradients, weights, optimizer slots and running statistics; at the end their outputs for the test images.",
    "In **float64** rounding errors are about 1e-16, so that what the frameworks *mean* stands out: a gap of 1e-13 is "
    "rounding, a gap of 1e-8 is another formula. Some networks enlarge rounding until nothing else is to be seen. So "
    "where a gap leaves its tolerance, copies of the reference that round otherwise show how far rounding alone leads: "
    "what is beyond that too **differs**; what is not is **undecidable** from that step on, and certified before it.",
    "In **float32** rounding errors hide such differences. The gap is judged against the noise floor: how far a "
    "backend moves from itself when every initial weight is moved by one rounding, or when it computes in float64.",
)


def write_certificate(certificate: Certificate, folder: Path, check: Callable[[], None] = lambda: None) -> None:
    """Write certificate.json, certificate.md and figures/ into the folder; raises OutputError where that fails.

    `check` is called before that, and raises where it is not to be.
    """
    from mnist_compare.certify.figure import write_figures

    check()
    shutil.rmtree(folder / FIGURES_FOLDER, ignore_errors=True)  # those of an older certificate, of other cases
    make_folder(folder / FIGURES_FOLDER)
    figures = write_figures(certificate, folder / FIGURES_FOLDER, check)
    paths = {figure: path.relative_to(folder).as_posix() for figure, path in figures.items()}
    check()
    write_file(folder / DOCUMENT_FILE, certificate_markdown(certificate, paths).encode())
    write_file(folder / CERTIFICATE_FILE, msgspec.json.encode(certificate) + b"\n")


def certificate_markdown(certificate: Certificate, figures: Mapping[Figure, str]) -> str:
    """The certificate as one Markdown document; `figures` have their paths relative to it."""
    first, *others = map(escape, verdict(certificate))
    parts = [
        f"# Certificate: {escape(listing(certificate.names))} {headline(certificate)}",
        f"**{first}**",
        "\n".join(f"- {sentence}" for sentence in others),
        f"```sh\n{certificate.command}\n```" if certificate.command else "",
        *map(_section, (failures_table(certificate), gaps_table(certificate), floors_table(certificate))),
        _section(tolerance_table(certificate)),
        *(["## Gap of the loss, step by step"] if figures else []),
        *(image_markdown(figure, path) for figure, path in figures.items()),
        _section(cases_table(certificate)),
        _section(passes_table(certificate)),
        "\n".join(["## How to read this certificate", "", *(f"- {text}" for text in _READING)]),
        _section(environment_table(certificate)),
        _machine(certificate),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(table: Table) -> str:
    return f"## {escape(table.title)}\n\n{table_markdown(table)}" if table.rows else ""


def _machine(certificate: Certificate) -> str:
    facts = {**certificate.machine, "threads": certificate.threads, "mnist_compare": certificate.mnist_compare}
    told = ", ".join(f"{readable(key)} {fact(key, value)}" for key, value in facts.items())
    return f"Made at {certificate.created} on: {escape(told)}."
