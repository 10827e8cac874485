"""Two comparisons side by side: which changes are called more than noise."""

import pytest
from msgspec.structs import replace
from synthetic_changes import ALONE, in_turn, one, run
from synthetic_records import make_record

from mnist_compare.document.words import NOTHING
from mnist_compare.errors import UsageError
from mnist_compare.records.record import Status
from mnist_compare.report.changes import find_changes
from mnist_compare.report.changes_tables import accuracy_changes, change_sentences, lost_sentences, surrounding_changes


def test_the_same_runs_have_not_changed():
    """Equal predictions are the same, and times that differ by a per cent are noise."""
    change = one(*in_turn([run(seed=seed) for seed in range(3)], [run(seed=seed, seconds=2.02) for seed in range(3)]))
    assert (change.accuracy.verdict, change.speed_verdict, change.memory_verdict) == ("the same", "noise", "noise")


def test_a_drop_of_half_a_point_is_found_with_one_seed():
    """50 of 10,000 images that are read wrongly now, and none the other way: McNemar's test sees it."""
    change = one([run(wrong=range(200))], [run(wrong=range(250))])
    assert change.accuracy.verdict == "worse"
    assert change.accuracy.interval.middle == pytest.approx(-0.005)


def test_other_rounding_is_noise():
    """As many images one way as the other are no change, though the predictions are not the same."""
    change = one([run(wrong=range(200))], [run(wrong=range(12, 210))])
    assert change.accuracy.verdict == "noise"


def test_six_seeds_are_judged_over_the_seeds():
    """Where some seeds gain what others lose nothing is claimed, however many images that are."""
    old = [run(seed=seed, wrong=range(300)) for seed in range(6)]
    new = [run(seed=seed, wrong=range(300 + (-1) ** seed * 80)) for seed in range(6)]
    assert one(old, new).accuracy.verdict == "noise"
    worse = [run(seed=seed, wrong=range(350 + seed)) for seed in range(6)]
    assert one(old, worse).accuracy.verdict == "worse"


def test_records_without_predictions_claim_nothing_of_few_seeds():
    """Those of older versions say too little of a single run."""
    old, new = ([make_record(seed=0, noise=noise, **ALONE)] for noise in (0.3, 0.9))
    assert one(old, new).accuracy.verdict == "noise"


def test_a_busy_machine_is_not_compared():
    """Where other work may have made one of them slow, nothing is said of the speed, but why."""
    found = find_changes([run()], [run(seconds=9.0, other_cores=1.5)])
    assert found.changes[0].speed_verdict == "not compared"
    assert "new torch is not compared in speed: other work" in change_sentences(found)[0]


def test_memory_that_grew():
    """A peak that is beyond all of the old ones, by more than allocators round."""
    old, new = ([run(seed=s, peak_memory_bytes=m * 10**6 + s) for s in range(2)] for m in (500, 600))
    assert one(old, new).memory_verdict == "worse"
    assert one(new, old).memory_verdict == "better"


def test_rows_of_one_alone_are_named():
    """A backend that only one of the two holds is named, and compared with nothing."""
    found = find_changes([run("torch"), run("paddle")], [run("torch"), run("keras")])
    assert (found.only_old, found.only_new) == (("paddle cnn",), ("keras cnn",))
    assert change_sentences(found)[-2:] == [
        "In the old comparison alone: paddle cnn.",
        "In the new comparison alone: keras cnn.",
    ]


def crashed(backend="torch", seed=0, **changes):
    """A run whose worker was killed before it knew its device."""
    changes = {"status": Status.CRASHED, "reason": "killed", "used_device": "auto", "history": []} | changes
    return replace(run(backend, seed), key=f"crashed-{backend}-{seed}", test=None, test_accuracy=None, **changes)


def test_a_run_that_failed_is_not_called_absent():
    """What crashed in one of the two is no row of the other alone: its status is told, and whether it was done."""
    found = find_changes([run("torch"), run("paddle")], [run("torch"), crashed("paddle")])
    assert (found.only_old, found.only_new) == ((), ())
    assert [(one.label, one.lost) for one in found.unfinished] == [("paddle cnn", True)]
    assert change_sentences(found)[-1] == "paddle cnn did not finish in the new comparison: crashed (seed 0)."
    assert lost_sentences(found) == ["paddle cnn: crashed (seed 0) in the new comparison, done in the old one"]


def test_what_failed_is_lost_where_the_old_one_has_it_done():
    """One seed of several counts; what failed in both, or in the old one alone, or was pruned, does not."""
    both = find_changes([run(), run(seed=1)], [run(), crashed(seed=1)])
    assert [one.run.seed for one in both.lost] == [1]
    assert not find_changes([run(), crashed(seed=1)], [run(), crashed(seed=1)]).lost
    assert not find_changes([run(), crashed(seed=1)], [run(), run(seed=1)]).lost
    assert not find_changes([run(), run(seed=1)], [run(), crashed(seed=1, status=Status.PRUNED)]).unfinished
    assert not find_changes([run()], [run(), crashed(seed=0)]).lost


def test_a_comparison_that_failed_as_a_whole_is_told():
    """All that was done has failed: that is a change for the worse, not a pair with nothing in common."""
    found = find_changes([run()], [crashed()])
    assert (found.changes, len(found.lost)) == ((), 1)
    with pytest.raises(UsageError, match=r"holds no finished run \(torch cnn: crashed \(seed 0\)\)"):
        find_changes([crashed()], [run()])


def test_nothing_in_common_is_an_error():
    """It says what each of them holds."""
    with pytest.raises(UsageError, match=r"torch cnn.*keras cnn"):
        find_changes([run("torch")], [run("keras")])
    with pytest.raises(UsageError, match="no finished run"):
        find_changes([run("torch")], [])


def test_other_versions_and_machines_are_matched_and_shown():
    """An update of a framework is what one wants to see: the rows match, and the table names what changed."""
    old, new = run(versions={"torch": "2.12"}), run(versions={"torch": "2.13"}, machine={"cores": 2, "cpu": "Other"})
    assert one([old], [new]).accuracy.verdict == "the same"
    rows = surrounding_changes([old], [new]).rows
    assert ("torch: torch", "2.12", "2.13") in rows
    assert ("cpu", NOTHING, "Other") in rows


def test_seeds_that_are_not_in_both_are_left_out():
    """Only the same seeds are compared; where there is none, the table says so."""
    rows = accuracy_changes(find_changes([run(seed=0), run(seed=1)], [run(seed=1, wrong=range(90)), run(seed=2)])).rows
    assert rows[0][-2:] == ("1", "worse")
    assert accuracy_changes(find_changes([run(seed=0)], [run(seed=5)])).rows[0][-1] == "no seed in common"


def test_a_seed_that_lost_is_no_gain():
    """One seed that is clearly worse is not called better because another has gained more, nor the other way round."""
    old = [run(seed=0, wrong=range(200)), run(seed=1, wrong=range(400))]
    new = [run(seed=0, wrong=range(260)), run(seed=1, wrong=range(300))]
    assert one(old, new).accuracy.verdict == "noise"
    assert one(new, old).accuracy.verdict == "noise"
    gained = [run(seed=0, wrong=range(202)), run(seed=1, wrong=range(300))]
    assert one(old, gained).accuracy.verdict == "better"


def test_what_is_measured_on_training_images_sets_nothing_apart():
    """Records of before there was a choice are compared with those of today, whose training is the same."""
    old = run()
    new = replace(old, spec=replace(old.spec, train_metrics="sample"))
    assert one([old], [new]).accuracy.verdict == "the same"


def test_runs_of_several_versions_in_one_comparison_are_told():
    """Where a comparison holds two versions of a framework, the last one is compared, and a sentence says so."""
    first = run(versions={"torch": "1.0"}, started="2025-01-01T09:00:00Z")
    last = replace(run(versions={"torch": "2.0"}, wrong=range(90)), key="last")
    found = find_changes([first, last], [last])
    assert found.changes[0].accuracy.verdict == "the same"
    assert "several machines, versions" in change_sentences(found)[-1]
    assert not find_changes([last], [last]).several
