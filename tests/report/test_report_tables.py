import pytest
from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.recipe.recipe import CLASSES as DIGITS
from mnist_compare.records.record import Status
from mnist_compare.report.setup import setup_table
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.tables import (
    accuracy_table,
    digit_table,
    regression_note,
    runtime_table,
    unfinished_table,
)


def column(table, name):
    return [row[table.columns.index(name)] for row in table.rows]


def test_accuracy_table_has_the_numbers_of_the_records():
    """What a reader takes from the accuracy table is what the runs measured."""
    records = [make_record("torch"), make_record("keras", noise=0.4), make_record("numpy", noise=0.5)]
    table = accuracy_table(group_runs(records))
    assert column(table, "test accuracy") == [f"{100 * r.test_accuracy:.2f} %" for r in records]
    assert column(table, "test loss") == [f"{r.test_loss:.4f}" for r in records]
    assert column(table, "train accuracy") == [f"{100 * r.train_accuracy:.2f} %" for r in records]
    assert column(table, "right") == [f"{r.test.right} of {r.test.count}" for r in records]


def test_the_only_time_that_counts_is_not_the_fastest():
    """Where all other backends' timings were disturbed, the one that was not is compared with none."""
    cores = {"cores": 2, "usable_cores": 2}
    records = [make_record(name, machine=cores, other_cores=busy) for name, busy in (("torch", 0.0), ("keras", 3.0))]
    assert column(runtime_table(group_runs(records)), "relative time") == ["–", "–"]  # noqa: RUF001
    assert column(runtime_table(group_runs(records[:1])), "relative time") == ["1.00"]


def test_runtime_table_has_the_numbers_of_the_records():
    """Times are shown as measured, the fastest backend is 1.00, and unknown memory is not shown as zero."""
    records = [make_record("torch", seconds=3.0), make_record("keras", seconds=1.5, peak_memory_bytes=None)]
    table = runtime_table(group_runs(records))
    assert column(table, "training s") == ["9.00", "4.50"]
    assert column(table, "images/s") == ["8,000", "16,000"]
    assert column(table, "relative time") == ["2.00", "1.00"]
    assert column(table, "start-up s") == ["2.10", "2.10"]
    assert column(table, "peak memory MB")[0] == "512"
    assert not column(table, "peak memory MB")[1][0].isdigit()


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DONE])
def test_unfinished_runs_are_shown_with_their_reason(status):
    """A run that did not finish is listed with status and reason, and leaves no half-filled row elsewhere."""
    groups = group_runs([make_record("torch"), make_record("paddle", seed=7, status=status, reason="out of memory")])
    assert unfinished_table(groups).rows == (("paddle", "cnn", "7", status.value, "out of memory"),)
    assert column(accuracy_table(groups), "backend") == ["torch"]


def test_digit_table_has_the_counts_of_the_evaluation():
    """Each digit's row holds how many of its images every backend recognised."""
    records = [make_record("torch"), make_record("keras", noise=0.4)]
    table = digit_table(group_runs(records)[0])
    assert table.columns == ("digit", "images", "torch", "keras")
    for digit in range(DIGITS):
        scores = [record.test.digits[digit] for record in records]
        cells = [f"{100 * score.accuracy:.1f} % ({score.right})" for score in scores]
        assert table.rows[digit] == (str(digit), str(scores[0].count), *cells)


def test_regression_is_explained():
    """A reader of the linear network's row learns what its loss is and how its digit comes about."""
    groups = group_runs([make_record("paddle", "linear", noise=0.5), make_record("paddle", "cnn")])
    note = regression_note(groups)
    assert "mean squared error" in note
    assert "cut to an integer" in note
    assert note in accuracy_table(groups).note
    assert regression_note(groups[1:]) == ""


def test_setup_tells_which_backend_used_fewer_threads():
    """Paddle may use one of two threads; the others use what they are given."""
    records = [make_record("torch"), make_record("paddle")]
    given = records[0].spec.threads
    records = [replace(records[0], used_threads=given), replace(records[1], used_threads=given + 1)]
    assert column(setup_table(group_runs(records)), "threads") == [f"{given} (paddle: {given + 1})"]
    assert column(setup_table(group_runs(records[:1])), "threads") == [str(given)]


def test_setup_tells_how_it_was_trained():
    """The set-up says in words what a newcomer needs to train the same network."""
    (row,) = setup_table(group_runs([make_record("torch", "mlp", seed=seed) for seed in (2, 0)])).rows
    assert "269,322" in row
    assert "cross-entropy, SGD (learning rate 0.01), batches of 20, not shuffled, pixels / 255" in row
    assert row[-1] == "0, 2"
