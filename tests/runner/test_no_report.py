"""Comparisons without a report: records alone, from which it is made later."""

import re
import shlex
import subprocess
import sys

from third_party import LINEAR

from mnist_compare import compare

ASKED = (*LINEAR, "--backends", "numpy", "--threads", "1", "--output", "out")
DRAWS = ("pandas", "matplotlib", "jinja2", "PIL")
NAMES_ITS_MODULES = """
import runpy, sys
sys.argv[0] = "mnist_compare"
try:
    runpy.run_module("mnist_compare", run_name="__main__")
finally:
    print("imported:", *(name for name in sys.modules if "." not in name))
"""


def files(folder):
    """What stands in a comparison's folder, runs and hidden files apart."""
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")} - {"runs"}


def test_records_alone_are_left_and_the_report_is_made_later(tmp_path):
    """`run --no-report` imports nothing that draws, writes no file of a report, shows its tables, and says which
    command makes the report; that command makes it.
    """
    python = [sys.executable, "-c", NAMES_ITS_MODULES]
    done = subprocess.run([*python, *ASKED, "--no-report"], cwd=tmp_path, capture_output=True, text=True, check=True)
    shown, _, imported = done.stdout.partition("imported:")
    assert not set(imported.split()) & {*DRAWS}
    assert files(tmp_path / "out") == {"comparison.json", "results.jsonl"}
    assert "numpy recognised" in shown
    told = shlex.split(re.search(r"python -m mnist_compare report .*", shown)[0])
    subprocess.run([sys.executable, *told[1:]], cwd=tmp_path, capture_output=True, check=True)
    assert files(tmp_path / "out") >= {"report.html", "report.md", "results.csv", "figures"}


def test_a_later_comparison_makes_the_report_that_is_missing(tmp_path):
    """The same call with a report trains nothing, and writes the report of what is there."""
    options = {"train_size": 200, "test_size": 100, "epochs": 1, "engine": "inline", "output": tmp_path / "out"}
    first = compare("numpy", "linear", report=False, **options)
    assert files(first.folder) == {"comparison.json", "results.jsonl"}
    assert compare("numpy", "linear", **options).records == first.records
    assert "report.html" in files(first.folder)
