"""By simulation: how often a report claims what is not so, and how often its intervals hold the truth."""

import math
from dataclasses import replace as with_changes

import numpy as np
import pytest
from msgspec.structs import replace
from scipy import stats
from synthetic_records import make_record

from mnist_compare.report.accuracy_claim import accuracy_claim
from mnist_compare.report.bootstrap import FEWEST_VALUES, accelerated, bootstrap_interval
from mnist_compare.report.intervals import mean_interval, share_interval
from mnist_compare.report.ratio import compare
from mnist_compare.report.speed_claim import speed_claim
from mnist_compare.report.statistics import group_runs

TIMES, FEWER = 1000, 300
MARGIN, IMAGE = 0.001, 0.0001
NAMES = ("torch", "keras", "paddle")
QUIET = {"machine": {"cpu": "Example CPU", "cores": 8, "usable_cores": 8}, "other_cores": 0.0, "test_size": 10_000}


def limit(share, times):
    """That share, and three standard errors of it in so many."""
    return share + 3 * math.sqrt(share * (1 - share) / times)


def network(seeds, names=NAMES):
    """One network that these backends have trained with so many seeds."""
    (found,) = group_runs(make_record(name, seed=seed, **QUIET) for name in names for seed in range(seeds))
    return found


def changed(group, **values):
    """The group with these numbers in its runs: fields of a record, each [backends, seeds]."""
    rows = tuple(
        with_changes(
            row,
            runs=tuple(
                replace(run, **{name: float(found[i][j]) for name, found in values.items()})
                for j, run in enumerate(row.runs)
            ),
        )
        for i, row in enumerate(group.rows)
    )
    return with_changes(group, rows=rows)


def accuracies(random, deviation, names, seeds):
    """Of trainings that are equally good: what the luck of a seed gives to all, and what it gives to each; in whole
    images, as they are measured.
    """
    found = 0.98 + random.normal(0, 0.003, seeds) + random.normal(0, deviation, (names, seeds))
    return np.round(found / IMAGE) * IMAGE


@pytest.mark.parametrize(("seeds", "deviation"), [(6, 0.001), (10, 0.001), (6, 0.00005)])
def test_equal_frameworks_are_seldom_called_more_accurate(seeds, deviation):
    """Of 1,000 reports on three equally good frameworks, at most 5 % name one that is more accurate, where seeds
    scatter by ten images, and where they scatter by less than one.
    """
    random, group = np.random.default_rng(seeds), network(seeds)
    shorts = [
        accuracy_claim([changed(group, test_accuracy=accuracies(random, deviation, 3, seeds))]).short
        for _ in range(TIMES)
    ]
    wrong = [short for short in shorts if "the most accurate" in short or "more accurate than" in short]
    assert len(wrong) / TIMES <= limit(0.05, TIMES)


@pytest.mark.parametrize("seeds", [6, 10])
def test_frameworks_that_differ_by_the_margin_are_seldom_called_equal(seeds):
    """Of reports on two frameworks that are just the margin apart, at most 5 % call them equal."""
    random, group = np.random.default_rng(seeds), network(seeds, NAMES[:2])
    called = 0
    for _ in range(FEWER):
        found = accuracies(random, 0.0004, 2, seeds) + np.array([[MARGIN], [0.0]])
        called += "equally accurate" in accuracy_claim([changed(group, test_accuracy=found)]).short
    assert called / FEWER <= limit(0.05, FEWER)


def test_equal_frameworks_are_seldom_called_faster():
    """Of reports on three equally fast frameworks, at most 5 % name one that is faster."""
    random, group = np.random.default_rng(6), network(6)
    called = 0
    for _ in range(FEWER):
        speeds = 1000 * np.exp(random.normal(0, 0.06, (3, 6)))
        called += (
            speed_claim([changed(group, images_per_second=speeds)]).short != "No framework is shown to train faster."
        )
    assert called / FEWER <= limit(0.05, FEWER)


DRAWS = {
    "normal": lambda random, size: random.normal(0, 1, size),
    "uniform": lambda random, size: random.uniform(-1, 1, size),
    "skewed": lambda random, size: np.exp(random.normal(0, 0.5, size)) - math.exp(0.125),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
@pytest.mark.parametrize("count", [6, 10, 20])
def test_students_interval_holds_the_mean(draw, count):
    """Of values as they are, in 93 to 97 %; of few skewed ones in a little less."""
    found = [mean_interval(row.tolist()) for row in draw(np.random.default_rng(count), (2 * TIMES, count))]
    held = sum(one.low <= 0 <= one.high for one in found) / (2 * TIMES)
    assert (0.90 if draw is DRAWS["skewed"] else 0.93) <= held <= 0.97


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_the_bootstrap_holds_the_mean(draw):
    """From ten values on, in 93 to 97 %; of few skewed ones in a little less."""
    found = [bootstrap_interval(row.tolist()) for row in draw(np.random.default_rng(1), (FEWER, FEWEST_VALUES))]
    held = sum(one.low <= 0 <= one.high for one in found) / FEWER
    assert (0.90 if draw is DRAWS["skewed"] else 0.93) <= held <= 0.97


def test_of_few_values_there_is_no_bootstrap():
    """Below ten there is none, since it would be too narrow."""
    assert bootstrap_interval([0.97, 0.98] * 4) is None
    assert bootstrap_interval([0.97] * FEWEST_VALUES).low == 0.97


def test_the_bootstrap_is_that_of_scipy():
    """Without the widening it is scipy's bias-corrected and accelerated interval, but for the luck of the draws."""
    values = np.exp(np.random.default_rng(3).normal(0, 0.4, 15))
    expected = stats.bootstrap((values,), np.mean, n_resamples=20_000, random_state=1).confidence_interval
    found = accelerated(values.tolist(), 1.959964)
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.05 * values.std())
    assert bootstrap_interval(values.tolist()).high > found.high


def test_the_same_values_give_the_same_bootstrap():
    """In whatever order they come, to the last bit."""
    values = np.random.default_rng(4).normal(0.98, 0.003, 12)
    assert bootstrap_interval(values.tolist()) == bootstrap_interval(values[::-1].tolist())


@pytest.mark.parametrize(("share", "images"), [(0.98, 10_000), (0.9, 1_000), (0.997, 10_000)])
def test_wilsons_interval_holds_the_share(share, images):
    """Of the networks that read this share of all images rightly, in 93 to 97 %."""
    rights = np.random.default_rng(images).binomial(images, share, 4 * TIMES)
    found = [share_interval(int(right), images) for right in rights]
    assert 0.93 <= sum(one.low <= share <= one.high for one in found) / len(found) <= 0.97


@pytest.mark.parametrize("count", [3, 10])
def test_intervals_of_speed_hold_the_factor(count):
    """Student's of three timings and more, the bootstrap's of ten: in 93 to 97 %, times being noisy by a twelfth."""
    random = np.random.default_rng(count)
    fast, slow = (list(row.runs) for row in network(count, NAMES[:2]).rows)
    held = {"student": 0, "bootstrap": 0}
    for _ in range(FEWER):
        speeds = np.exp(random.normal(0, 0.06, (2, count))) * np.array([[2000.0], [1000.0]])
        sides = [
            [replace(run, images_per_second=float(speed)) for run, speed in zip(runs, own, strict=True)]
            for runs, own in zip((fast, slow), speeds, strict=True)
        ]
        found = compare("keras", *sides)
        held["student"] += found.low <= 2 <= found.high
        held["bootstrap"] += bool(found.bootstrap) and found.bootstrap[0] <= 2 <= found.bootstrap[1]
    assert 0.93 <= held["student"] / FEWER <= 0.97
    assert (0.93 <= held["bootstrap"] / FEWER <= 0.97) == (count >= FEWEST_VALUES)
