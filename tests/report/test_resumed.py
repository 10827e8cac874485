"""Runs that were interrupted and taken up again, and records that were replaced."""

from io import StringIO

from rich.console import Console
from synthetic_records import make_record

from mnist_compare.records.frame import to_frame
from mnist_compare.report.console import render
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.tables import accuracy_table, runtime_table
from mnist_compare.report.verdict import speed_sentences


def test_a_resumed_run_does_not_count_in_the_ranking_beside_others():
    """The times of a backend are those of its runs that were done in one go; its accuracy is that of all."""
    records = [make_record("torch", seed=0, seconds=1.0), make_record("torch", seed=1, seconds=50.0, resumed=1)]
    records.append(make_record("keras", seconds=2.0))
    groups = group_runs(records)
    (sentence,) = speed_sentences(groups)
    assert sentence.startswith("torch trained about 2.0 times faster than keras (1.4 to 2.7).")
    assert "resumed" not in sentence
    table = runtime_table(groups)
    assert [row[:3] for row in table.rows] == [("cnn", "torch †", "3.00"), ("cnn", "keras", "6.00")]
    assert "† Interrupted and resumed: 1 of 2 runs of torch." in table.note
    assert [row[-1] for row in accuracy_table(groups).rows] == ["2", "1"]


def test_a_ranking_of_resumed_runs_alone_says_so():
    """Where a backend has no other run, its times count, and the sentence says what they are."""
    records = [make_record("torch", seconds=1.0, resumed=2), make_record("keras", seconds=2.0)]
    (sentence,) = speed_sentences(group_runs(records))
    assert sentence.startswith("torch trained about 2.0 times faster than keras (1.4 to 2.7).")
    assert "Every run of torch was interrupted and resumed, so this is less certain." in sentence
    assert "†" not in runtime_table(group_runs([make_record("torch")])).note


def test_replaced_records_count_nowhere():
    """A record that --force has replaced is in no number, table or row, and one line tells how many there are."""
    old = [make_record("torch", seed=seed, noise=0.9, superseded=True) for seed in (0, 1)]
    new = make_record("torch", noise=0.2)
    (group,) = group_runs([*old, new])
    assert group.runs == (new,)
    assert len(to_frame([*old, new])) == 1
    line = "2 older records that --force has replaced are left out."
    console = Console(width=80, file=StringIO(), record=True)
    console.print(render([*old, new]))
    assert line in console.export_text()
    text = report_markdown([*old, new], {})
    assert "The run finished." in text
    assert line.replace("_", r"\_") in text
    assert "left out" not in report_markdown([new], {})
