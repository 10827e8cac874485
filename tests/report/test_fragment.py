"""What a notebook shows of a comparison: the beginning of its report, which leaves the page around it alone."""

import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from synthetic_certificates import certify
from synthetic_records import make_record
from test_report_page import HOSTILE, Document

from mnist_compare import Comparison
from mnist_compare.certify.certificate import CERTIFICATE_FILE, CERTIFICATE_FOLDER
from mnist_compare.records.record import Status
from mnist_compare.report.page.fragment import style

NOWHERE = Path("nowhere")
RECORDS = [make_record(name, seed=seed, seconds=s) for name, s in (("torch", 2.0), ("keras", 1.0)) for seed in (0, 1)]


def shown(records, folder=NOWHERE):
    """The HTML that a notebook asks a comparison for."""
    return Comparison(folder, records)._repr_html_()


def badges(text):
    """Of the three claims."""
    verdict = text[text.index('<ol class="verdict">') : text.index("</ol>")]
    return re.findall(r'<span class="badge \w+">(.*?)</span>', verdict)


def test_claims_summary_and_figures_are_shown():
    """Three claims with their badges, a row for every backend, and the first figures of accuracy and speed."""
    text = shown(RECORDS)
    page = Document(text)
    assert badges(text) == ["not decided", "not decided", "claimed"]
    assert "keras trains fastest" in page.texts["strong"]
    assert text.split("</table>")[0].count('<th scope="row">cnn</th>') == 2
    assert "points of each other in cnn" in page.texts["h3"] or "the same mean accuracy in cnn" in page.texts["h3"]
    assert "keras trains cnn fastest" in page.texts["h3"]
    assert "more figures of speed" in page.texts["summary"]


def test_a_certificate_in_the_folder_counts(tmp_path):
    """The first claim is that of the certificate that lies beside the records."""
    (tmp_path / CERTIFICATE_FOLDER).mkdir()
    (tmp_path / CERTIFICATE_FOLDER / CERTIFICATE_FILE).write_bytes(msgspec.json.encode(certify()))
    assert badges(shown(RECORDS, tmp_path)) == ["claimed", "not decided", "claimed"]


def test_a_comparison_without_records_says_so():
    """Nothing was run: that is said, and nothing is claimed."""
    text = shown([])
    assert "MNIST: no runs" in text
    assert "badge" not in text.partition("</style>")[2]


def test_a_report_is_named_where_there_is_one(tmp_path):
    """Who wants all of it reads where it lies."""
    assert "report.html" not in shown(RECORDS, tmp_path)
    (tmp_path / "report.html").touch()
    assert str(tmp_path / "report.html") in shown(RECORDS, tmp_path)


def test_names_are_text_and_nothing_else():
    """A backend's name in markup shows as it is written; a reason likewise."""
    odd = make_record("torch", seed=1, status=Status.FAILED, reason=HOSTILE, epochs=0)
    name = HOSTILE[:200]
    spec = replace(odd.spec, backend=name, architecture=replace(odd.spec.architecture, name=name))
    done = replace(RECORDS[0], key="odd", backend=name, architecture=name, spec=spec)
    text = shown([*RECORDS, odd, done], NOWHERE / "<script>")
    page = Document(text)
    assert not page.all("script")
    assert "<script>" not in text
    assert not set("\x00\x1b\u202e") & set(text)
    assert "<script>alert(1)</script>" in page.texts["table"]
    assert not [found for _, found in page.elements if any(key.startswith("on") for key in found)]


def test_it_asks_for_nothing_and_takes_no_names_of_the_page_around():
    """No script, no address, no id that another output may have too; all rules of its style are inside of one."""
    text = shown(RECORDS)
    page = Document(text)
    assert not page.all("script")
    assert not [found for _, found in page.elements if {"id", "style", "href", "src"} & set(found)]
    assert "url(" not in text
    assert "@import" not in text
    depth, outside = 0, ""
    for letter in style():
        depth += (letter == "{") - (letter == "}")
        outside += letter if depth == 0 and letter != "}" else ""
    assert depth == 0
    assert outside.strip() == ".mnist-compare.mnist-compare"


@pytest.mark.parametrize("name", ["light.css", "dark.css"])
def test_page_and_notebook_have_the_same_colours(name):
    """The colours of the two themes are written once."""
    colours = (Path(__file__).parents[2] / "mnist_compare/report/page" / name).read_text()
    assert colours.partition("{")[2] in style()
