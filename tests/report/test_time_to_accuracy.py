"""Seconds until an accuracy is reached, and who never gets there."""

from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.document.words import NOTHING
from mnist_compare.records.record import Status
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.page import report_page
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.time_to_accuracy import time_to_accuracy_table


def run(backend, seed, accuracies, seconds=2.0, **changes):
    """A run that ends its epochs with these accuracies."""
    record = make_record(backend, seed=seed, epochs=len(accuracies), seconds=seconds, **changes)
    history = [replace(epoch, test_accuracy=found) for epoch, found in zip(record.history, accuracies, strict=True)]
    return replace(record, history=history)


def rows(*records):
    return [row[1:] for row in time_to_accuracy_table(group_runs(records)).rows]


def test_the_first_epoch_that_ends_there_counts():
    """The two highest shares that are reached have a row for each backend: the median of the seconds, first step
    included, the range, and how many runs came there.
    """
    records = [run("torch", seed, (0.94, 0.96, 0.985), seconds=2.0 + seed) for seed in range(3)]
    records += [run("keras", 0, (0.96, 0.96, 0.96)), run("keras", 1, (0.99, 0.96, 0.96))]
    first = records[0].times.first_step
    assert rows(*records) == [
        ("torch", "97 %", f"{3 * 3 + first:.2f}", f"{3 * 2 + first:.2f} to {3 * 4 + first:.1f}", "3 of 3 runs"),
        ("keras", "97 %", "not reached", NOTHING, "1 of 2 runs"),
        ("torch", "98 %", f"{3 * 3 + first:.2f}", f"{3 * 2 + first:.2f} to {3 * 4 + first:.1f}", "3 of 3 runs"),
        ("keras", "98 %", "not reached", NOTHING, "1 of 2 runs"),
    ]


def test_runs_that_failed_never_get_there():
    """One that diverged after it had been there, one that crashed before it knew its device: both take infinitely long.
    A run that its user stopped, or that was refused, does not count.
    """
    there = (0.96, 0.96)
    records = [run("numpy", 0, there), *(run("torch", seed, there) for seed in range(2))]
    records += [run("torch", seed, there, status=Status.DIVERGED, reason="loss is nan") for seed in (2, 3)]
    records += [run("torch", 4, there, status=Status.INTERRUPTED, reason="stopped")]
    records += [make_record("paddle", status=Status.CRASHED, reason="killed", epochs=0, used_device="auto", machine={})]
    records += [make_record("keras", status=Status.REFUSED, reason="no GPU", epochs=0, used_device="auto", machine={})]
    torch, _, paddle = rows(*records)[-3:]
    assert (torch[0], torch[2], torch[4]) == ("torch", "not reached", "2 of 4 runs")
    assert (paddle[0], paddle[2], paddle[4]) == ("paddle", "not reached", "0 of 1 run")


def test_where_nobody_gets_anywhere_there_is_no_table():
    """A network that reads less than half of the images has no row."""
    assert rows(run("torch", 0, (0.1, 0.2))) == []
    assert rows() == []


def test_report_and_page_have_the_table():
    """Both show it, with what infinite means."""
    records = [run("torch", 0, (0.94, 0.96)), run("keras", 0, (0.94, 0.94))]
    for text in (report_markdown(records, {}), report_page(records)):
        assert "Time to an accuracy" in text
        assert "not reached" in text
