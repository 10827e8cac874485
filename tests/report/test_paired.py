"""Accuracies compared seed by seed: what is claimed, and how often that is wrong."""

from itertools import combinations

import numpy as np
import pytest
from msgspec.structs import replace
from scipy import stats
from synthetic_records import make_record

from mnist_compare.report.accuracy_claim import accuracy_claim
from mnist_compare.report.intervals import corrected, different, equivalent, mean_interval, share_interval
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.paired import (
    ERROR,
    FEWEST,
    PairedAccuracy,
    declared_margin,
    judged,
    paired_accuracies,
    paired_table,
)
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.tables import accuracy_table

TIMES = 1000
MARGIN, IMAGE = 0.001, 0.0001
SAMPLING = 0.021  # three standard errors of a share of 5 % in so many


def groups(**accuracies):
    """One network, trained by these backends, with the accuracies of seeds 0 and on."""
    return group_runs(
        make_record(name, seed=seed, test_accuracy=float(accuracy), test_size=10_000)
        for name, values in accuracies.items()
        for seed, accuracy in enumerate(values)
    )


def verdicts(**accuracies):
    """What is said of the pairs of these backends."""
    pairs = [
        PairedAccuracy("cnn", a, b, tuple(accuracies[a] - accuracies[b]), IMAGE) for a, b in combinations(accuracies, 2)
    ]
    return [pair.verdict for pair in judged(pairs)]


def simulated(random, gap, deviation, seeds=10):
    """Accuracies of two backends whose means are that far apart; both have the luck of a seed in common."""
    luck = random.normal(0.98, 0.003, seeds)
    return luck + random.normal(gap, deviation, seeds), luck


def test_the_tests_are_those_of_scipy():
    """Interval, difference and equivalence are what scipy's paired t tests give."""
    ours, theirs = simulated(np.random.default_rng(1), 0.0007, 0.001)
    found = tuple(ours - theirs)
    expected = stats.ttest_rel(ours, theirs)
    interval = mean_interval(found)
    assert (interval.low, interval.high) == pytest.approx(tuple(expected.confidence_interval()))
    assert different(found, IMAGE) == pytest.approx(expected.pvalue)
    sides = [
        stats.ttest_1samp(found, -MARGIN, alternative="greater").pvalue,
        stats.ttest_1samp(found, MARGIN, alternative="less").pvalue,
    ]
    assert equivalent(found, MARGIN, IMAGE) == pytest.approx(max(sides))


def test_the_interval_of_one_run_is_wilsons():
    """Of a single run it is the score interval; right in none or all of the images, it is not without width."""
    found = share_interval(9_800, 10_000)
    expected = stats.binomtest(9_800, 10_000).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert share_interval(100, 100).low < 0.97
    assert share_interval(0, 100).high > 0.03


def test_the_accuracy_table_has_an_interval():
    """Wilson's of a single run, Student's of several."""
    (one,) = accuracy_table(groups(torch=[0.98])).rows
    (several,) = accuracy_table(groups(torch=[0.97, 0.98, 0.99])).rows
    right = make_record("torch").test
    wilson = share_interval(right.right, right.count)
    assert one[-1] == f"{100 * wilson.low:.2f} to {100 * wilson.high:.2f} %"
    student = mean_interval([0.97, 0.98, 0.99])
    assert several[-2] == f"{100 * student.low:.2f} to {100 * min(1, student.high):.2f} %"


def test_counts_that_cannot_be_have_no_interval():
    """A record whose counts were damaged has no interval, and no error either."""
    for right, count in ((0, 0), (9, 3), (-1, 3)):
        test = replace(make_record("torch").test, right=right, count=count)
        (row,) = accuracy_table(group_runs([make_record("torch", test=test)])).rows
        assert "%" not in row[-1]


def test_holms_correction():
    """The smallest p-value counts for all tests, the next for one less, and none is below the one before it."""
    assert corrected([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert corrected([0.5, 0.9]) == [1.0, 1.0]
    assert corrected([]) == []


@pytest.mark.parametrize("seeds", [6, 20])
def test_no_difference_is_seldom_called_one(seeds):
    """Of 1,000 comparisons in which nothing differs, at most 5 % are called different, and the interval of the mean
    holds 0 in 93 to 97 %.
    """
    random = np.random.default_rng(seeds)
    pairs = [simulated(random, 0.0, 0.002, seeds) for _ in range(TIMES)]
    called = sum(found in ("larger", "smaller") for a, b in pairs for found in verdicts(torch=a, keras=b))
    assert called / TIMES <= 0.05 + SAMPLING
    intervals = [mean_interval(tuple(a - b)) for a, b in pairs]
    assert 0.93 <= sum(one.low <= 0 <= one.high for one in intervals) / TIMES <= 0.97


def test_a_difference_of_the_margin_is_seldom_called_equal():
    """Of 1,000 comparisons that differ by just the margin, at most 5 % are called equal."""
    random = np.random.default_rng(5)
    found = [verdicts(torch=a, keras=b) for a, b in (simulated(random, MARGIN, 0.0008) for _ in range(TIMES))]
    assert found.count(["equal"]) / TIMES <= 0.05 + SAMPLING


def test_three_backends_without_a_difference():
    """Of three pairs at once, in 1,000 comparisons in which nothing differs, at most 5 % have any that is called so."""
    random = np.random.default_rng(3)
    wrong = 0
    for _ in range(TIMES):
        a, b, c = (random.normal(0.98, 0.003, 8) for _ in range(3))
        wrong += bool({"larger", "smaller"} & set(verdicts(torch=a, keras=b, paddle=c)))
    assert wrong / TIMES <= 0.05 + SAMPLING


@pytest.mark.parametrize(
    ("gap", "deviation", "verdict"),
    [
        (0.01, 0.001, "larger"),
        (-0.01, 0.001, "smaller"),
        (0.0, 0.0001, "equal"),
        (0.0, 0.0, "equal"),
        (0.01, 0.0, "larger"),
        (0.0, 0.01, "undecided"),
    ],
)
def test_what_is_claimed(gap, deviation, verdict):
    """A clear difference, as good as none, and neither have each a word of their own."""
    a, b = simulated(np.random.default_rng(7), gap, deviation)
    assert verdicts(torch=a, keras=b) == [verdict]


@pytest.mark.parametrize(
    ("images", "of", "verdict"),
    [(1, 10_000, "equal"), (12, 10_000, "larger"), (0, 10_000, "equal"), (0, 500, "undecided"), (1, 500, "undecided")],
)
def test_equal_differences_are_no_certainty(images, of, verdict):
    """Six seeds that differ by the same number of images have not shown that they never differ by another one: the
    step in which accuracies are measured is the least deviation. A test set that is too small for the margin decides
    nothing.
    """
    records = [
        make_record(name, seed=seed, test_accuracy=0.97 + gap / of, test_size=of)
        for name, gap in (("torch", images), ("keras", 0))
        for seed in range(6)
    ]
    (pair,) = paired_accuracies(group_runs(records)[0])
    assert pair.verdict == verdict
    assert 0 < pair.p_different <= 1
    assert 0 < pair.p_equivalent <= 1
    assert pair.interval.low < pair.interval.middle < pair.interval.high
    assert (pair.p_different <= ERROR) == (images > 1)


def test_a_test_set_that_is_too_small_for_the_margin_is_named():
    """The claim says that one image alone is more than the margin."""
    records = [make_record(name, seed=seed, test_accuracy=0.97) for name in ("torch", "keras") for seed in range(6)]
    claim = accuracy_claim(group_runs(records))
    assert claim.rest.endswith("One test image alone is 0.2 points: with more of them, less can be shown.")


def test_the_margin_that_was_declared_counts():
    """Of several margins of the same runs the narrowest counts, since a wider one may have come after the results; a
    record without one means the usual, and one that cannot be is none.
    """
    margins = (None, 0.5, 0.2, -3.0, 1e9)
    records = [make_record("torch", seed=seed, margin=margin) for seed, margin in enumerate(margins)]
    assert declared_margin(group_runs(records)[0]) == pytest.approx(0.002)
    assert declared_margin(group_runs(records[:1])[0]) == pytest.approx(0.001)
    wide = [
        make_record(name, seed=s, test_accuracy=0.97 + gap + s / 1e4, margin=0.5, test_size=10_000)
        for name, gap in (("torch", 0.0), ("keras", 0.003))
        for s in range(8)
    ]
    (row,) = paired_table(group_runs(wide)).rows
    assert row[-1] == "equal"
    assert "±0.5 points" in paired_table(group_runs(wide)).note


def test_few_seeds_claim_nothing():
    """Below six seeds there is no verdict, however clear the difference."""
    values = np.linspace(0.97, 0.98, FEWEST)
    assert verdicts(torch=values[:-1], keras=values[:-1] - 0.1) == ["too few seeds to claim"]
    assert verdicts(torch=values, keras=values - 0.1) == ["larger"]


def test_pairs_are_of_the_same_seed():
    """Runs are compared with those of the same seed; backends with less than two seeds in common have no row."""
    random = np.random.default_rng(9)
    records = [make_record("torch", seed=s, test_accuracy=random.uniform(0.9, 1), test_size=10_000) for s in range(8)]
    records += [
        make_record("keras", seed=s, test_accuracy=records[s].test_accuracy - 0.0002, test_size=10_000)
        for s in (2, 3, 5, 7, 1, 6)
    ]
    records += [make_record("paddle", seed=s, test_accuracy=0.95, test_size=10_000) for s in (7, 8, 9, 10)]
    (row,) = paired_table(group_runs(records)).rows
    assert row[1:] == ("torch \N{MINUS SIGN} keras", "+0.020", "+0.010 to +0.030", "100 %", "6", "equal")


def test_the_report_has_the_table():
    """The report of several seeds says pair by pair what can be claimed; that of one seed has no such section."""
    random = np.random.default_rng(11)
    a, b = simulated(random, 0.01, 0.001)
    records = [run for group in groups(torch=a, keras=b) for run in group.runs]
    text = report_markdown(records, {})
    assert "## Accuracy, pair by pair (percentage points)" in text
    assert "| larger |" in text
    assert "pair by pair" not in report_markdown([run for run in records if run.seed == 0], {})
