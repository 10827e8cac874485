"""The ledger of semantics: its rows name faults and tests that there are, and the document is what is printed."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mnist_compare.certify.ledger import LEDGER
from mnist_compare.cli import cli
from mnist_compare_numpy.faults import FAULTS

ROOT = Path(__file__).parents[2]


def printed():
    """What `certify --ledger` prints."""
    done = CliRunner().invoke(cli, ["certify", "--ledger"])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_every_fault_is_a_row_and_every_row_names_faults_that_there_are():
    """The ledger names each planted fault once, and none that is not planted: what it claims, the self-test tries."""
    named = [fault for row in LEDGER for fault in row.faults]
    assert sorted(named) == sorted(fault.name for fault in FAULTS)


@pytest.mark.parametrize("row", LEDGER, ids=lambda row: row.topic)
def test_the_test_of_a_row_exists(row):
    """Whoever doubts a row finds the test that it names."""
    path, _, name = row.test.partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.M)


def test_topics_are_told_apart():
    """No topic stands in the ledger twice."""
    topics = [row.topic for row in LEDGER]
    assert len(set(topics)) == len(topics)


def test_the_document_carries_the_printed_table():
    """docs/semantics.md holds exactly the table that the program prints, so that it cannot grow old."""
    lines = (ROOT / "docs" / "semantics.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("|")] == printed().strip().splitlines()
