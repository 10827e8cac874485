"""Puts the tables of the last measurement into docs/performance.md, so that no number there is typed by hand.

python -m benchmarks.page
"""

import re
from collections.abc import Callable, Sequence

from benchmarks.measurement import Measurement, read_measurements
from benchmarks.process import ROOT
from benchmarks.table import machine, table_of
from mnist_compare.io.files import write_file

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
PLACE = re.compile(r"(<!-- benchmark: (?P<name>\w+) -->\n).*?(\n<!-- end of \w+ -->)", re.S)


def fill(page: str, content: Callable[[str], str]) -> str:
    """The page with what belongs between each pair of marks, by the name in the first of them."""
    return PLACE.sub(lambda found: f"{found[1]}{content(found['name'])}{found[3]}", page)


def filled(page: str, measurements: Sequence[Measurement]) -> str:
    """The page with the table of each name between its two marks."""
    return fill(page, lambda name: _table(name, measurements))


def _table(name: str, measurements: Sequence[Measurement]) -> str:
    return machine(measurements) if name == "machine" else table_of(name, measurements)


if __name__ == "__main__":
    write_file(PAGE, filled(PAGE.read_text(), read_measurements(RESULTS)).encode())
