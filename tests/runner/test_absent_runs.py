"""Reports of comparisons in which runs are still to come."""

import msgspec

from mnist_compare import compare
from mnist_compare.report.reporting import renew_report

OPTIONS = {"train_size": 200, "test_size": 100, "epochs": 1, "engine": "inline"}


def test_a_report_says_which_runs_of_its_comparison_it_lacks(tmp_path):
    """While a run has no record, or one that --force is replacing, report.md and the page say that one more belongs to
    the comparison, and the page names it; when it is there, neither says so. A run that an older version of the program
    has begun under another key is not missed.
    """
    folder = tmp_path / "out"
    names, results = folder / "comparison.json", folder / "results.jsonl"
    compare("numpy", "linear", seeds=[0], report=False, output=folder, **OPTIONS)
    identity = msgspec.json.decode(names.read_bytes())
    older = identity["runs"][0].replace("seed0", "seed1").rpartition("-")[0] + "-00000000"
    names.write_bytes(msgspec.json.encode({**identity, "runs": [*identity["runs"], older]}))
    compare("numpy", "linear", seeds=[0, 1], report=False, output=folder, **OPTIONS)
    second = msgspec.json.decode(names.read_bytes())["runs"][-1]

    records = results.read_bytes().splitlines(keepends=True)
    superseded = records[1].replace(b'"superseded":false', b'"superseded":true')
    assert superseded != records[1]
    for lines in (records[:1], [records[0], superseded]):
        results.write_bytes(b"".join(lines))
        renew_report(folder)
        sentence = "1 more run of this comparison is not in this report."
        assert f"The run finished. {sentence}" in (folder / "report.md").read_text()
        page = (folder / "report.html").read_text()
        assert sentence in page
        assert f"It has not begun, or is under way: {second}." in page

    compare("numpy", "linear", seeds=[0, 1], output=folder, **OPTIONS)
    for name in ("report.md", "report.html"):
        assert "more run of this comparison" not in (folder / name).read_text()
