"""The site of the documentation: it builds without a warning, and its pages ask for nothing from elsewhere."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from documents import ROOT

pytest.importorskip("material")

ASKING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
"""What makes a browser ask for something, by tag."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; every warning, such as a link or an anchor that leads nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


class Asked(HTMLParser):
    """Collects the addresses that a page makes a browser ask for."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if value and name == ASKING.get(tag)]


def test_pages_ask_for_nothing_from_elsewhere(site):
    """The site works without a network: no page and no style sheet names another host for what it needs."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        asked = Asked()
        asked.feed(page.read_text())
        assert [address for address in asked.found if re.match(r"(https?:)?//", address)] == [], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(.?(https?:)?//|@import", sheet.read_text()), sheet


def test_every_page_is_in_the_contents(site):
    """Whoever opens the start finds a link to every page of docs/, and to the notebook."""
    start = (site / "index.html").read_text()
    for path in (ROOT / "docs").rglob("*.md"):
        assert f'href="{path.relative_to(ROOT / "docs").with_suffix(".html")}"' in start
    assert 'href="notebook.html"' in start


def test_the_notebook_is_a_page_and_a_file(site):
    """Its cells can be read on the site, and the file itself can be taken from there."""
    page = (site / "notebook.html").read_text()
    assert "open_comparison" in page
    assert 'href="comparison.ipynb"' in page
    assert (site / "comparison.ipynb").read_bytes() == (ROOT / "docs" / "comparison.ipynb").read_bytes()


def test_pages_lead_to_the_reference_report(site):
    """The example of a report is on the site, as it was made."""
    place = "reference/cnn/report.html"
    assert f'href="{place}"' in (site / "report.html").read_text()
    assert (site / place).read_bytes() == (ROOT / "reports" / place).read_bytes()


def test_pages_say_their_language(site):
    """A reader's browser and screen reader are told which pages are Chinese."""
    for name, language in (("index.html", "en"), ("zh/index.html", "zh-Hans")):
        assert f'<html lang="{language}"' in (site / name).read_text()
