from dataclasses import replace
from statistics import mean, stdev

import pytest
from msgspec.structs import replace as changed
from synthetic_records import make_record

from mnist_compare.recipe import RECIPES, Adam
from mnist_compare.records.measures import spread
from mnist_compare.records.record import Status
from mnist_compare.report.speed import speeds
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.verdict import speed_sentences


def three_backends(architecture="cnn", **changes):
    times = {"paddle": 6.7, "torch": 1.2, "keras": 1.0}
    return [make_record(name, architecture, seconds=s, **changes) for name, s in times.items()]


def test_sentence():
    """The finding on speed can be read aloud, the fastest backend first and the slowest last."""
    sentences = speed_sentences(group_runs(three_backends()))
    assert sentences == [
        "keras trained about as fast as torch (0.8 to 1.7 times) and about 6.7 times faster than paddle (4.9 to 9.1)."
        " One run of each: in brackets is the range over the epochs, widened to what 19 of 20 of the benchmarks' "
        "single timings keep to; --seeds 0,1,2 gives confidence intervals. From start to end, everything included, "
        "keras took 6.28 s, torch 6.88 s and paddle 23.4 s."
    ]


def test_sentence_names_networks_only_when_there_are_several():
    """With two networks, each sentence says of which it speaks."""
    sentences = speed_sentences(group_runs(three_backends("cnn") + three_backends("mlp")))
    assert [sentence.split(":")[0] for sentence in sentences] == ["cnn", "mlp"]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DONE])
def test_only_finished_runs_are_compared(status):
    """A run that broke off never wins or loses the comparison of speeds, however fast it was until then."""
    broken = make_record("keras", status=status, reason="because", images_per_second=1e9)
    assert speeds(group_runs([make_record("torch"), broken])) == []


def test_unlike_runs_are_not_compared():
    """Runs on another device, in another mode or with another recipe get a group and a label of their own."""
    other = changed(RECIPES["cnn"], optimizer=Adam(0.01))
    records = [make_record("torch"), make_record("torch", recipe=other), make_record("torch", device="gpu:0")]
    records.append(make_record("torch", mode="native"))
    assert [group.label for group in group_runs(records)] == [
        "cnn, lr 0.001, matched, cpu",
        "cnn, lr 0.01, matched, cpu",
        "cnn, lr 0.001, matched, gpu:0",
        "cnn, lr 0.001, native, cpu",
    ]


def test_refused_run_does_not_lengthen_labels():
    """One refused run, whose device stayed unknown, does not put "cpu" into every heading."""
    refused = make_record("paddle", status=Status.REFUSED, reason="no bfloat16", device="auto", epochs=0)
    assert [group.label for group in group_runs([refused, make_record("torch")])] == ["cnn", "cnn"]


def test_rows_hold_mean_deviation_and_statuses():
    """A row's numbers are those of its finished runs over the seeds, and it counts how all of its runs ended."""
    records = [make_record("torch", seed=seed, noise=0.2 + 0.1 * seed) for seed in range(3)]
    failed = make_record("torch", seed=3, status=Status.FAILED, reason="out of memory")
    ((row,),) = (group.rows for group in group_runs([*records, failed]))
    accuracy, values = row.spread("test_accuracy"), [record.test_accuracy for record in records]
    assert accuracy == spread(values)
    assert (accuracy.mean, accuracy.deviation, accuracy.count) == pytest.approx((mean(values), stdev(values), 3))
    assert row.statuses == {Status.DONE: 3, Status.FAILED: 1}
    assert replace(row, runs=row.runs[:1]).spread("test_accuracy").deviation is None
