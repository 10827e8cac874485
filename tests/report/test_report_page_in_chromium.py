"""The page in a real browser, from disk: it asks for nothing, complains of nothing, and can be sorted and read."""

import pytest
from chromium import CHROMIUM, chromium
from msgspec.structs import replace
from synthetic_certificates import certify, own
from synthetic_records import make_record

from mnist_compare.records.provenance import Provenance
from mnist_compare.report.page.page import report_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]
SUMMARY = "[...document.querySelectorAll('#summary tbody tr')].map(row => row.cells[1].textContent.trim())"
HEIGHT = "document.documentElement.scrollHeight"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A report of three backends and two seeds, as a file."""
    speeds = (("torch", 2.0), ("keras", 1.0), ("paddle", 3.0))
    made = Provenance("python -m mnist_compare", "0" * 64, {})
    records = [make_record(name, seed=seed, seconds=s, provenance=made) for name, s in speeds for seed in (0, 1)]
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_page(records, own(certify())))
    return path


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    """A tab of a Chromium for all the tests."""
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


def test_the_page_asks_for_nothing_and_complains_of_nothing(page, tab):
    """Opened from disk, the page makes no request but for itself, and its policy refuses nothing that it needs."""
    tab.requests.clear()
    tab.look()
    tab.open(page)
    assert [found for found in tab.requests if not found.startswith("data:")] == [page.absolute().as_uri()]
    assert tab.complaints == []
    assert tab.run("getComputedStyle(document.querySelector('.verdict')).display") == "grid"


def test_a_table_is_sorted_by_its_head(page, tab):
    """A click on a head sorts by its numbers, another one the other way round, and the head says which."""
    tab.look()
    tab.open(page)
    index = tab.run("[...document.querySelectorAll('#summary th')].findIndex(h => h.textContent.includes('images/s'))")
    press = f"document.querySelectorAll('#summary thead th')[{index}].querySelector('button').click()"
    tab.run(press)
    assert tab.run(SUMMARY) == ["paddle", "torch", "keras"]
    tab.run(press)
    assert tab.run(SUMMARY) == ["keras", "torch", "paddle"]
    assert tab.run(f"document.querySelectorAll('#summary thead th')[{index}].ariaSort") == "descending"


def test_a_value_is_shown_under_the_pointer(page, tab):
    """Near a mark of a drawing, its value stands beside the pointer."""
    tab.look()
    tab.open(page)
    tab.run(
        "mark = document.querySelector('#accuracy svg.wide .m[data-value]'); mark.scrollIntoView({behavior: 'instant'})"
    )
    tab.run("new Promise(done => setTimeout(done, 300))")
    x, y, told = tab.run("(box => [box.x + 3, box.y + 3, mark.dataset.value])(mark.getBoundingClientRect())")
    tab.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    assert tab.run("[getComputedStyle(tip).display, tip.textContent]") == ["block", told]


def test_a_command_is_copied(page, tab):
    """The button beside a command says that it was copied."""
    tab.look()
    tab.open(page)
    tab.run("document.querySelector('.command button').click()")
    assert (
        tab.run(
            "new Promise(done => setTimeout(() => done(document.querySelector('.command button').textContent), 300))"
        )
        == "Copied"
    )


def test_everything_is_there_without_its_script(page, tab):
    """With scripts switched off, every section is shown, and what is folded opens nevertheless."""
    tab.look(script=False)
    tab.open(page)
    boxes = "[...document.querySelectorAll('main section')].map(one => one.getBoundingClientRect().height)"
    assert min(tab.run(boxes)) > 20
    assert tab.run("document.querySelectorAll('th button').length") == 0
    tab.look()


@pytest.mark.parametrize("width", [390, 800, 1360])
def test_nothing_is_wider_than_its_window(page, tab, width):
    """On a phone or a wide screen, the page itself scrolls downwards alone; wide tables scroll in their regions."""
    tab.look(width=width)
    tab.open(page)
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_dark_and_paper_have_their_own_colours(page, tab):
    """In the dark the page is dark, and on paper it is white whatever the screen is."""
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    tab.look(scheme="dark")
    tab.open(page)
    assert tab.run(ground) == "rgb(18, 20, 23)"
    tab.look(scheme="dark", media="print")
    assert tab.run(ground) == "rgb(255, 255, 255)"
    tab.look()


def test_a_page_of_a_thousand_runs_is_seen_at_once(tab, tmp_path):
    """A page of 1,000 runs is painted within two seconds."""
    record = make_record()
    path = tmp_path / "report.html"
    path.write_text(report_page([replace(record, seed=seed, key=str(seed)) for seed in range(1000)]))
    tab.look()
    tab.open(path)
    after = "new Promise(done => setTimeout(done, 500))"
    assert tab.run(f"{after}.then(() => performance.getEntriesByType('paint')[0].startTime)") < 2000
