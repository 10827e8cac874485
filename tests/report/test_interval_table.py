"""The two intervals of each mean, side by side."""

import numpy as np
from synthetic_records import make_record

from mnist_compare.report.interval_table import interval_table
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.page import report_page
from mnist_compare.report.statistics import group_runs

QUIET = {"machine": {"cpu": "Example CPU", "cores": 8, "usable_cores": 8}, "other_cores": 0.0, "test_size": 10_000}


def records(seeds, outlier=0.0):
    """Two backends, one of which has a seed that went wrong."""
    random = np.random.default_rng(1)
    return [
        make_record(
            name,
            seed=seed,
            test_accuracy=float(0.98 + random.normal(0, 0.001)) - (outlier if name == "keras" and not seed else 0),
            seconds=(4.0 if name == "keras" else 2.0) * float(np.exp(random.normal(0, 0.05))),
            **QUIET,
        )
        for name in ("torch", "keras")
        for seed in range(seeds)
    ]


def ends(cell):
    low, high = cell.split(" to ")
    return float(low), float(high)


def test_accuracies_differences_and_speeds_have_both_intervals():
    """Each mean has Student's interval and the bootstrap's, which are much the same where values scatter evenly."""
    rows = interval_table(group_runs(records(12))).rows
    assert [row[1:4] for row in rows] == [
        ("torch", "test accuracy", "12"),
        ("keras", "test accuracy", "12"),
        ("torch \N{MINUS SIGN} keras", "difference of accuracy", "12"),
        ("keras / torch", "ratio of training times", "12"),
    ]
    for row in rows:
        (low, high), (least, most) = ends(row[5]), ends(row[6])
        assert low < float(row[4]) < high
        assert abs(least - low) < 0.3 * (high - low)
        assert abs(most - high) < 0.3 * (high - low)


def test_a_seed_that_went_wrong_shows():
    """Student's interval reaches as far up as down; the bootstrap's does not."""
    row = interval_table(group_runs(records(12, outlier=0.02))).rows[1]
    (low, high), (least, most), middle = ends(row[5]), ends(row[6]), float(row[4])
    assert middle - least > 1.5 * (most - middle)
    assert abs((middle - low) - (high - middle)) < 0.01


def test_too_few_seeds_have_no_such_table():
    """Below ten seeds it is in neither report; from ten on in both, which are the same whenever they are made."""
    assert "Two intervals" not in report_markdown(records(9), {}) + report_page(records(9))
    for make in (lambda runs: report_markdown(runs, {}), report_page):
        text = make(records(10))
        assert "Two intervals of each mean" in text
        assert text == make(records(10))
