"""What `predict --csv FILE` leaves where it is stopped on the way."""

from pathlib import Path

import pytest

from mnist_compare.cli.answer_outputs import Csv
from mnist_compare.errors import OutputError
from mnist_compare.records.results import read_records

RECORDS = read_records(Path(__file__).parents[2] / "reports" / "reference" / "cnn")


def test_a_command_that_is_stopped_leaves_no_half_table(tmp_path):
    """The rows so far would be taken for all, and would bar the next attempt; a table to the end stays."""
    half, whole = tmp_path / "half.csv", tmp_path / "whole.csv"

    def stopped():
        with Csv(RECORDS, half) as output:
            output.add([])
            assert half.exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert not half.exists()
    with Csv(RECORDS, whole) as output:
        output.add([])
    assert whole.read_text().startswith("image,mark,")


def test_a_table_that_was_there_stays(tmp_path):
    """A file of the user is neither written over nor taken away, however the command ends."""
    mine = tmp_path / "mine.csv"
    mine.write_text("mine")
    with pytest.raises(OutputError, match="exists already"), Csv(RECORDS, mine) as output:
        output.add([])
    assert mine.read_text() == "mine"
