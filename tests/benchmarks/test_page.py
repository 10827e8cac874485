from pathlib import Path

import pytest

from benchmarks.__main__ import PARTS
from benchmarks.measurement import of_ratios, read_measurements, stamped, with_target, without_ratio
from benchmarks.page import PAGE, PLACE, RESULTS, filled
from benchmarks.table import EMPTY, table_of, tables


@pytest.fixture(scope="module")
def measurements():
    """Three of one name, the last without a ratio."""
    values = {"adapter s": [2.0, 2.2], "bare s": [2.0, 2.0]}
    first = with_target(of_ratios("overhead", "torch", "cnn", "a / b", [1.0, 1.1], values=values), most=1.03)
    busy = of_ratios("overhead", "keras", "cnn", "a / b", [12.34], values={"adapter s": [None]}, other_cores=1.4)
    refused = without_ratio("overhead", "paddle", "cnn", "a / b", "refused: the losses are 1 and 2")
    return [stamped(one, 1.0, quick=False) for one in (first, busy, refused)]


def test_the_page_shows_the_committed_results():
    """No number on the page is typed by hand: its tables are those of benchmarks/results/latest.json."""
    page = PAGE.read_text()
    assert filled(page, read_measurements(RESULTS)) == page


def test_the_page_has_a_place_for_everything():
    """Every part of the benchmark has its table there, and so has the machine."""
    places = [found["name"] for found in PLACE.finditer(PAGE.read_text())]
    assert sorted(places) == sorted([*PARTS, "machine"])


def test_a_page_without_results_says_so():
    """Before the first measurement there are no tables; afterwards none of them is left empty."""
    page = "Text.\n<!-- benchmark: overhead -->\nold\n<!-- end of overhead -->\nMore text.\n"
    assert filled(page, []) == page.replace("old", EMPTY)


def test_a_page_is_filled_again_and_again(measurements):
    """Filling is idempotent, and leaves the text around the tables alone."""
    page = "Text.\n<!-- benchmark: overhead -->\n\n<!-- end of overhead -->\nMore text.\n"
    once = filled(page, measurements)
    assert filled(once, measurements) == once
    assert once.startswith("Text.\n")
    assert once.endswith("\nMore text.\n")


def test_the_table_shows_ratios_targets_and_medians(measurements):
    """A row per measurement; what has no ratio says why below the table."""
    text = table_of("overhead", measurements)
    assert "| cnn | torch | 1.050 | 1.025 to 1.075 | 2 | at most 1.03 (missed) | 2.10 | 2.00 |" in text
    assert "| cnn | keras | 12.3 | 12.3 to 12.3 | 1 |  | not reached |" in text
    assert "| cnn | paddle | – |" in text  # noqa: RUF001
    assert "paddle cnn: refused: the losses are 1 and 2." in text
    assert "Other work was on the machine during 1 of 3 measurements, up to 1.4 cores" in text


def test_all_tables_stand_with_the_machine(measurements):
    """The file beside the JSON has every table, and what machine it was."""
    text = tables(measurements)
    assert "## Overhead" in text
    assert "| threads |" in text
    assert text.endswith("|\n")


def test_results_are_kept_out_of_the_repository_but_for_the_latest():
    """A quick run leaves nothing to commit."""
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text()
    assert "benchmarks/results/*\n!benchmarks/results/latest.*\n" in ignored
