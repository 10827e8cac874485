import io
import json
import warnings

import msgspec
import pytest
import valid_files
from damage import damages, value_damages
from hostile_cases import attempt, cases
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mnist_compare.certify.certificate import read_certificate
from mnist_compare.document.style import draw, new_figure
from mnist_compare.records.frame import to_frame
from mnist_compare.records.results import RESULTS_FILE, append_record, read_records, repair_results
from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.console import render
from mnist_compare.report.figures import write_figures
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.page import report_page

LINES = valid_files.records()
REFERENCE = read_records(valid_files.REFERENCE)
RECORDS = [*map(json.loads, LINES), *map(msgspec.to_builtins, REFERENCE)]
CERTIFICATE = valid_files.certificate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged")


def show(records, certificate=None):
    """All that is made of records, but for the figures."""
    own = (OwnCertificate(certificate),) if certificate else ()
    text = report_markdown(records, {}, own) + report_page(records, own)
    console = Console(file=io.StringIO(), width=80)
    console.print(render(records, own))
    return text.encode(), to_frame(records).to_csv(), msgspec.json.encode(records)


@cases(300)
@given(content=damages(b"\n".join(LINES) + b"\n", *LINES))
def test_damaged_results(folder, content):
    """Whatever has become of results.jsonl, there is a report of it, or the line that is wrong is named."""
    (folder / RESULTS_FILE).write_bytes(content)
    records = attempt("results", read_records, folder)
    assert records is None or attempt("report", show, records)


@cases(500)
@given(changed=st.lists(value_damages(*RECORDS), min_size=1, max_size=3))
def test_records_of_odd_values(folder, changed):
    """Records that are JSON but hold values that no run has give a report, or are refused by line and field."""
    (folder / RESULTS_FILE).write_text("\n".join(map(json.dumps, changed)) + "\n")
    records = attempt("odd records", read_records, folder)
    assert records is None or show(records)


@cases(6)
@given(changed=value_damages(RECORDS[0]))
def test_figures_of_odd_values(folder, changed, monkeypatch):
    """What is read as a record can be drawn."""
    monkeypatch.setattr("mnist_compare.document.style.DPI", 20)
    (folder / RESULTS_FILE).write_text(json.dumps(changed) + "\n")
    records = attempt("figures", read_records, folder)
    assert records is None or write_figures(records, folder) is not None


def test_letters_that_the_font_lacks(folder):
    """A name in letters that the font of the figures lacks is drawn without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png, svg = draw(new_figure(4, 3, "\u4e2d\0")).write(folder / "letters")
    assert png.stat().st_size > 0 < svg.stat().st_size


@cases(100)
@given(content=damages(*LINES), whole=st.booleans())
def test_damaged_last_lines(folder, content, whole):
    """After a repair there is no half line, and a record that is added stands in a line of its own."""
    path = folder / RESULTS_FILE
    path.write_bytes(LINES[0] + b"\n" + content + (b"\n" if whole else b""))
    attempt("repair", repair_results, folder)
    append_record(folder, REFERENCE[1])
    assert path.read_bytes().split(b"\n")[-2] == msgspec.json.encode(REFERENCE[1])


@cases(300)
@given(changed=value_damages(msgspec.to_builtins(CERTIFICATE)))
def test_certificates_of_odd_values(folder, changed):
    """A certificate that holds values that none has is shown with a report, or refused by its field."""
    path = folder / "certificate.json"
    path.write_text(json.dumps(changed))
    certificate = attempt("odd certificate", read_certificate, path)
    assert certificate is None or show(REFERENCE, certificate)


@cases(150)
@given(content=damages(msgspec.json.encode(CERTIFICATE)))
def test_damaged_certificates(folder, content):
    """Whatever has become of certificate.json, it is a certificate or refused in a sentence."""
    path = folder / "certificate.json"
    path.write_bytes(content)
    certificate = attempt("certificate", read_certificate, path)
    assert certificate is None or show(REFERENCE, certificate)
