"""Which changes of the training time between two comparisons are called more than noise."""

from datetime import timedelta

import numpy as np
import pytest
from msgspec.structs import replace
from synthetic_changes import ALONE, BEGIN, at, in_turn, one, one_after_the_other, run
from synthetic_records import make_record

from mnist_compare.records.timing import Timing
from mnist_compare.report.changes import find_changes
from mnist_compare.report.changes_tables import change_sentences


def seeds(random, slower=1.0, count=6, scatter=0.02):
    """Runs with seeds from 0 on, whose times scatter so much."""
    return [run(seed=seed, seconds=2.0 * slower * random.normal(1, scatter)) for seed in range(count)]


@pytest.mark.parametrize(("drift", "verdict"), [(1 / 1.2, "noise"), (1.2, "noise"), (3.0, "worse")])
def test_what_a_machine_may_drift_between_two_comparisons_is_noise(drift, verdict):
    """One comparison after the other: a factor of 1.2, which the same code shows too, is no verdict; one of 3 is."""
    random = np.random.default_rng(2)
    old, new = one_after_the_other(seeds(random), seeds(random, drift))
    change = one(old, new)
    assert (change.in_turn, change.speed_verdict) == (False, verdict)
    assert change.speed.low < 0.85 * change.speed.ratio
    assert change.speed.high > 1.2 * change.speed.ratio


def test_a_slow_down_of_a_tenth_is_found_where_both_were_trained_in_turn():
    """Six seeds that all take a tenth longer: worse by 1.10, where the same code is noise, and so is one seed."""
    random = np.random.default_rng(1)
    old, new = in_turn(seeds(random), seeds(random, 1.1))
    change = one(old, new)
    assert (change.in_turn, change.speed_verdict) == (True, "worse")
    assert change.speed.ratio == pytest.approx(1.1, abs=0.03)
    assert one(*in_turn(seeds(random), seeds(random))).speed_verdict == "noise"
    assert one(*one_after_the_other(old, new)).speed_verdict == "noise"
    assert one(old[:1], new[:1]).speed_verdict in ("noise", "not compared")


def test_drift_that_hits_both_is_none_of_a_change_in_turn():
    """The machine slows down to half while both are trained in turn: a tenth is found, and nothing of the same code."""
    random = np.random.default_rng(4)
    pace = np.linspace(1, 2, 6)
    for slower, verdict in ((1.1, "worse"), (1.0, "noise")):
        old, new = (
            [run(seed=seed, seconds=2.0 * pace[seed] * factor * random.normal(1, 0.02)) for seed in range(6)]
            for factor in (1.0, slower)
        )
        assert one(*in_turn(old, new)).speed_verdict == verdict


def test_work_beside_all_trainings_in_turn_hides_no_slow_down():
    """A machine on which a tenth of a core is always at work on something else: it has cost old and new alike."""
    random = np.random.default_rng(8)
    old, new = (
        [replace(run, other_cores=0.1, used_threads=1) for run in seeds(random, factor)] for factor in (1, 1.08)
    )
    assert one(*in_turn(old, new)).speed_verdict == "worse"


def test_more_work_beside_the_new_trainings_may_be_all_of_a_slow_down():
    """Old and new in turn, but a fifth of a core worked beside each new one alone: that may be why they took longer."""
    random = np.random.default_rng(8)
    old, new = (
        [replace(run, other_cores=busy, used_threads=2) for run in seeds(random, factor)]
        for factor, busy in ((1, 0.0), (1.08, 0.2))
    )
    change = one(*in_turn(old, new))
    assert change.speed_verdict == "noise"
    assert change.speed.widened


def test_a_single_timing_that_is_left_gives_no_verdict():
    """Where other work has disturbed all new timings but one, that one is a stroke of luck as likely as a gain."""
    random = np.random.default_rng(6)
    old, new = seeds(random), seeds(random, 1 / 1.4)
    new = [new[0], *(replace(run, other_cores=1.5) for run in new[1:])]
    for trained in (in_turn, one_after_the_other):
        change = one(*trained(old, new))
        assert (change.in_turn, change.speed.timings) == (False, 1)
        assert change.speed_verdict not in ("better", "worse")


def test_who_was_trained_in_turn_is_told():
    """By row, with what to do where it was not; by two seeds nothing can be said, and not where both ran at once."""
    random = np.random.default_rng(8)
    old, new = seeds(random), seeds(random)
    told = " ".join(change_sentences(find_changes(*in_turn(old, new))))
    assert "trained in turn, seed by seed: torch cnn." in told
    assert "not trained in turn" not in told
    told = " ".join(change_sentences(find_changes(*one_after_the_other(old, new))))
    assert "not trained in turn: torch cnn." in told
    assert "a factor of 1.25" in told
    assert not one(*in_turn(old[:2], new[:2])).in_turn
    assert one(*in_turn(old[:3], new[:3])).in_turn
    at_once = [[at(run, run.seed) for run in runs] for runs in (old, new)]
    assert not one(*at_once).in_turn


def test_a_timing_between_the_two_of_a_seed_breaks_the_turn():
    """It counts wherever it is of the same backend and network; those of another one are not in the way."""
    random = np.random.default_rng(8)
    old, new = in_turn(seeds(random), seeds(random))
    assert not one(old, [*new[:-1], at(new[-1], 60), at(run(seed=9), 30)]).in_turn
    keras = [at(run("keras", seed=seed), 2 * seed + 0.5) for seed in range(3)]
    found = find_changes([*old, *keras], [*new, *(at(run, 20 + run.seed) for run in keras)])
    assert {change.new.label: change.in_turn for change in found.changes} == {"torch": True, "keras": False}


@pytest.mark.parametrize("which", [0, 1])
def test_a_run_that_was_timed_again_at_once_is_in_turn(which):
    """On a busy machine a command times its runs a second time: between the two of a seed lies that seed alone."""
    random = np.random.default_rng(8)
    both = in_turn(seeds(random), seeds(random))
    before = both[which][1]
    times = [(BEGIN + timedelta(minutes=2 + which, seconds=seconds)).isoformat() for seconds in (52, 58)]
    again = Timing(before.times, [2.0], 12_000.0, started=times[0], finished=times[1])
    both[which][1] = replace(before, repeats=[again])
    assert len(both[which][1].counted) == 2
    assert one(*both).in_turn


def test_records_without_times_of_day_were_not_trained_in_turn():
    """Repeated timings of older versions do not tell theirs."""
    random = np.random.default_rng(8)
    old, new = in_turn(seeds(random), seeds(random))
    again = Timing(new[0].times, [2.0], 12_000.0)
    assert not one(old, [replace(new[0], repeats=[again]), *new[1:]]).in_turn


def comparison(random, slower=1.0, worse=0.0):
    """Three backends with ten seeds each. Trainings scatter by 2 % in time, and all by 1 % with their place in memory;
    the last digits of two trainings with the same seed differ, and so a few images do.
    """
    place = random.normal(1, 0.01)
    luck = np.random.default_rng(5).normal(0.98, 0.002, 10)
    return [
        replace(
            START[backend],
            key=f"{backend}-{seed}",
            seed=seed,
            test_accuracy=round(luck[seed] - worse + random.normal(0, 0.0003), 4),
            images_per_second=12_000 / (place * slower * random.normal(1, 0.02)),
            repeats=[],
        )
        for backend in START
        for seed in range(10)
    ]


START = {
    backend: replace(make_record(backend, test_size=10_000, **ALONE), test=None)
    for backend in ("torch", "keras", "paddle")
}


def test_what_was_planted_is_found_and_nothing_else():
    """In ten tries in turn, a slow-down by a tenth and a drop by half a point are found in every backend, and of two
    comparisons that differ by noise nothing is called changed.
    """
    random = np.random.default_rng(11)
    for _ in range(10):
        old = comparison(random)
        changes = find_changes(*in_turn(old, comparison(random, slower=1.1, worse=0.005))).changes
        assert [(one.speed_verdict, one.accuracy.verdict) for one in changes] == [("worse", "worse")] * 3
        changes = find_changes(*in_turn(old, comparison(random))).changes
        assert [(one.speed_verdict, one.accuracy.verdict) for one in changes] == [("noise", "noise")] * 3


def test_changes_of_time_in_many_rows_are_seldom_false():
    """Of 100 pairs of comparisons of three backends that differ by noise, at most 5 % have any change of speed."""
    random, called = np.random.default_rng(3), 0
    for _ in range(100):
        old, new = (
            [
                replace(START[name], key=f"{name}-{seed}", seed=seed, images_per_second=float(speed))
                for name, own in zip(START, np.exp(random.normal(7, 0.06, (3, 6))), strict=True)
                for seed, speed in enumerate(own)
            ]
            for _ in range(2)
        )
        called += any(one.speed_verdict != "noise" for one in find_changes(*in_turn(old, new)).changes)
    assert called <= 5 + 7  # three standard errors
