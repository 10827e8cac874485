"""Tables in terminals of any width."""

import re
from io import StringIO

import pytest
from rich.console import Console
from synthetic_records import make_record

from mnist_compare.cli.certify import LETTERS, SPARE
from mnist_compare.document.table import Table
from mnist_compare.document.terminal_table import Fitted
from mnist_compare.report.console import render


def shown(records, width):
    console = Console(width=width, record=True, file=StringIO())
    console.print(render(records))
    return console.export_text()


def grid():
    """Three networks in two modes over three seeds: long labels and wide numbers."""
    return [
        make_record(backend, network, seed=seed, mode=mode, seconds=seconds * (1 + seed / 7), noise=0.3 + seed / 99)
        for network in ("cnn", "convnet", "alexnet")
        for mode in ("matched", "native")
        for backend, seconds in (("torch", 1.0), ("keras", 0.9), ("paddle", 110.0))
        for seed in (0, 1, 2)
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_number_is_broken_over_two_lines(width):
    """In a narrow terminal, columns are given up rather than numbers broken; each row of numbers is one line."""
    text = shown(grid(), width)
    assert max(map(len, text.splitlines())) <= width
    tables = text[: text.index("Where the gaps")]
    numbers = [line for line in tables.splitlines() if re.search(r"\d ±|± \d", line)]
    assert len(numbers) == 2 * 18
    assert all(line.count("±") == len(re.findall(r"[\d.,]+ ± [\d.,]+", line)) for line in numbers)
    assert "training s" in text
    assert "relative" in text


def test_a_wide_terminal_has_all_columns():
    """Where there is room nothing is given up, and headings are not folded."""
    text = shown(grid(), 120)
    for heading in ("test loss", "train accuracy", "images/s", "relative time", "peak memory MB"):
        assert heading in text


def test_a_longer_name_is_kept_whole_where_it_is_asked_for():
    """A certificate of every optimizer names each case in one line, and gives up a column for it."""
    table = Table(
        "Gaps",
        ("network", "pair", "loss", "weights", "slots", "stats", "differ", "match"),
        (("convnet-adamw-one_cycle", "torch, paddle", *["1.2e-15"] * 4, "0", "yes"),),
    )
    console = Console(width=80, record=True, file=StringIO())
    console.print(Fitted(table, SPARE, LETTERS))
    text = console.export_text()
    assert "stats" not in text[: text.index("Left out for want of room: stats")]
    assert [line.split()[:3] for line in text.splitlines() if "1.2e-15" in line] == [
        ["convnet-adamw-one_cycle", "torch,", "paddle"]
    ]
