"""Reports of comparisons in which runs are still to come."""

import msgspec

from mnist_compare import compare
from mnist_compare.report.reporting import renew_report

OPTIONS = {"train_size": 200, "test_size": 100, "epochs": 1, "engine": "inline"}


def test_a_report_says_which_runs_of_its_comparison_it_lacks(tmp_path):
    """While a run has no record, report.md and the page say that one more belongs to the comparison, and the page names
    it with the command that trains it; when it is there, neither says so. A run that another version of the program
    called otherwise is not missed.
    """
    folder = tmp_path / "out"
    asked = ("numpy", "linear")
    compare(*asked, seeds=[0, 1], report=False, output=folder, **OPTIONS)
    lines = (folder / "results.jsonl").read_bytes().splitlines(keepends=True)
    identity = msgspec.json.decode((folder / "comparison.json").read_bytes())
    first, second = identity["runs"]
    identity["runs"].append(f"{first.rpartition('-')[0]}-00000000")
    (folder / "comparison.json").write_bytes(msgspec.json.encode(identity))
    (folder / "results.jsonl").write_bytes(lines[0])

    renew_report(folder)
    sentence = "1 more run of this comparison is not in this report."
    text, page = ((folder / name).read_text() for name in ("report.md", "report.html"))
    assert "The run finished. " + sentence in text
    assert sentence in page
    assert f"It has not begun, or is under way: {second}." in page
    assert "The same command trains what is left." in page

    compare(*asked, seeds=[0, 1], output=folder, **OPTIONS)
    for name in ("report.md", "report.html"):
        assert "more run of this comparison" not in (folder / name).read_text()
