from pathlib import Path

from mnist_compare.report.markdown import report_markdown
from mnist_compare.results import read_records

REFERENCE = Path(__file__).parents[1] / "reports" / "reference" / "cnn"


def test_the_reference_run_is_still_read():
    """Results that were written before a field existed are read, and make a report."""
    records = read_records(REFERENCE)
    assert [record.backend for record in records] == ["torch", "keras", "paddle"]
    assert "torch trained" in report_markdown(records, {})
