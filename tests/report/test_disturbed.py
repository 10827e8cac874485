"""The report tells its reader when other work made the times too long."""

import msgspec
import pytest
from synthetic_records import make_record

from mnist_compare.report.environment import warnings


@pytest.mark.parametrize(("jobs", "warned"), [(1, False), (2, True)])
def test_runs_that_were_trained_together_are_told(jobs, warned) -> None:
    """Times of runs that shared the machine with one another are marked as such."""
    record = msgspec.structs.replace(make_record("torch"), jobs=jobs)
    assert any("1 run was trained while others were (--jobs 2)" in text for text in warnings([record])) == warned


@pytest.mark.parametrize(
    ("other", "threads", "warned"), [(1.0, 2, True), (0.1, 2, False), (1.0, 1, False), (None, 2, False)]
)
def test_other_work_is_told(other, threads, warned) -> None:
    """A warning names the run whose cores were taken, and there is none where cores were free."""
    record = make_record("torch")
    record = msgspec.structs.replace(record, used_threads=threads, other_cores=other, machine={"cores": 2})
    assert any("Other work was on the machine" in warning for warning in warnings([record])) == warned
