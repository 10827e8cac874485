"""Whatever else the machine does, no report claims a factor whose range does not hold that of a quiet machine."""

import os
from pathlib import Path

import pytest
from loaded import LOADS, claims, run

COMPARISONS = int(os.environ.get("LOADED_COMPARISONS", "3"))
BACKENDS = os.environ.get("LOADED_BACKENDS", "torch,keras,paddle")


def test_claims_are_read_as_they_are_written():
    """The claims of a sentence are found, with their ranges: faster, as fast as, and of several backends."""
    text = (
        "98 %. keras trained about as fast as torch (0.96 to 1.50 times) and about 6.7 times faster than paddle "
        "(5.3 to 8.4). One run each: in brackets is the range.\n\n"
        "- cnn: torch trained 2.09 times faster than numpy (1.87 to 2.34). In brackets: 95 % confidence intervals."
    )
    assert claims(text) == [
        ("keras", "paddle", 6.7, 5.3, 8.4),
        ("keras", "torch", None, 0.96, 1.5),
        ("torch", "numpy", 2.09, 1.87, 2.34),
    ]


def test_claims_of_a_report_are_read():
    """A whole report gives its claims, and nothing else in it is taken for one."""
    report = Path(__file__).parents[2] / "reports" / "reference" / "cnn" / "report.md"
    found = claims(report.read_text())
    assert found
    for lock in found:
        assert {lock.fast, lock.slow} < {"torch", "keras", "paddle"}
        assert lock.low <= (lock.factor or 1) <= lock.high


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("load", LOADS)
def test_no_claim_is_wrong_beside_a_busy_process(tmp_path, load):
    """Of comparisons beside a process at 100 %, or one that works in bursts, none claims what a quiet one denies."""
    options = ["--backends", BACKENDS, "--architectures", "cnn", "--train-size", "20000", "--test-size", "2000"]
    lines, wrong = run(tmp_path, COMPARISONS, options, load)
    print("\n".join(lines))  # noqa: T201
    assert wrong == 0, "\n".join(lines)
