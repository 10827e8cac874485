from pathlib import Path

from mnist_compare.records.results import read_records
from mnist_compare.report.markdown import report_markdown

TESTS = Path(__file__).parent
REFERENCE = TESTS.parent / "reports" / "reference" / "cnn"


def test_records_of_an_older_version_are_still_read():
    """Results that were written before a field existed make a report."""
    records = read_records(TESTS / "older")
    assert [record.backend for record in records] == ["torch", "keras", "paddle"]
    assert [record.used_threads for record in records] == [record.spec.threads for record in records]
    assert "torch trained" in report_markdown(records, {})


def test_the_reference_report_is_of_its_records():
    """The numbers in the report that the README leads to are those of the records beside it, in matched mode."""
    records, report = read_records(REFERENCE), (REFERENCE / "report.md").read_text()
    assert [record.backend for record in records] == ["torch", "keras", "paddle"]
    readme = (TESTS.parent / "README.md").read_text()
    for record in records:
        shown = f"{100 * record.test_accuracy:.2f} %"
        assert shown in report
        assert shown in readme
