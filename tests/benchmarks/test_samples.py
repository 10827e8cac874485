import sys

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from benchmarks import documented, overhead, report, time_to_accuracy
from benchmarks.__main__ import PARTS, main, measured
from benchmarks.given import first_loss, given
from benchmarks.job import Job
from benchmarks.measurement import Measurement, read_measurements, write_measurements
from benchmarks.process import SampleError, start, take
from benchmarks.size import FULL, QUICK, frameworks
from benchmarks.synthetic_records import synthetic_records
from benchmarks.task import Sample, Task, read_task
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.records.measures import seconds_until
from mnist_compare.report.statistics import group_runs


def fake_take(samples):
    """A `take` that gives each script's samples in turn, without a process."""
    left = {script: iter(found) for script, found in samples.items()}
    return lambda script, task, variables=None: next(left[script])


def sample(seconds, **changes):
    """A sample of so many seconds."""
    return Sample(**{"seconds": seconds, "images": 1000, "loss": 0.5, "parameters": 10, "other_cores": 0.1} | changes)


@pytest.mark.parametrize("task", [Task("cnn"), Task("mlp", 960, 3, 7, 16, "torch", "gpu", 0.99)])
def test_a_task_survives_the_command_line(task):
    """What the program asks for is what the process is told."""
    assert read_task(task.arguments()) == task


def test_overhead_is_the_median_of_the_pairs(monkeypatch):
    """Adapter by bare loop, pair by pair, with the load of the worst sample."""
    adapter = [sample(1.0), sample(2.2), sample(1.5, other_cores=0.7)]
    monkeypatch.setattr(overhead, "take", fake_take({"adapter": adapter, "bare_torch": [sample(1.0), sample(2.0)] * 2}))
    (found,) = overhead.measure(replace(FULL, pairs=3), "torch", "cnn")
    assert (found.ratio, found.low, found.high) == pytest.approx((1.1, 1.05, 1.3))
    assert (found.pairs, found.met, found.other_cores) == (3, False, 0.7)
    assert found.values == {"adapter s": [1.0, 2.2, 1.5], "bare s": [1.0, 2.0, 1.0]}


def test_networks_that_take_long_get_fewer_images(monkeypatch):
    """Each network is measured on the images that its size gives it, and the table says on how many."""
    asked = []
    monkeypatch.setattr(overhead, "take", lambda script, task, variables=None: asked.append(task) or sample(1.0))
    (found,) = overhead.measure(replace(FULL, pairs=1, slow={"resnet18": (128, {"torch": 2})}), "torch", "resnet18")
    assert {(task.images, task.epochs) for task in asked} == {(128, 2)}
    assert found.setting == "128 images, 2 epochs"


@pytest.mark.parametrize("changes", [{"loss": 0.6}, {"loss": float("nan")}, {"parameters": 11}])
def test_other_work_is_no_overhead(monkeypatch, changes):
    """Where the two sides do not end at the same loss, or are not of one network, there is no ratio."""
    monkeypatch.setattr(overhead, "take", fake_take({"adapter": [sample(1)], "bare_torch": [sample(1, **changes)]}))
    (found,) = overhead.measure(QUICK, "torch", "cnn")
    assert found.ratio is None
    assert found.note.startswith("refused: ")


def test_of_two_documented_ways_the_faster_counts(monkeypatch):
    """Paddle's loop and its fit, against the adapter, per image."""
    samples = {
        "documented_paddle": [sample(4.0)],
        "documented_paddle_fit": [sample(3.0)],
        "adapter": [sample(1.0, images=500)],
    }
    monkeypatch.setattr(documented, "take", fake_take(samples))
    (found,) = documented.measure(QUICK, "paddle", "cnn")
    assert found.ratio == pytest.approx(1.5)
    assert found.met is False
    assert list(found.values) == ["DataLoader s", "fit s", "adapter s"]


def test_a_report_is_judged_by_seconds_and_memory(monkeypatch):
    """A report in time that takes too much memory misses its target."""
    large = sample(2.0, peak_memory_bytes=2_000_000_000)
    monkeypatch.setattr(report, "take", fake_take({"many_records": [large]}))
    (found,) = report.measure(QUICK, "seeds", 10)
    assert (found.ratio, found.met) == (pytest.approx(0.1), False)


def test_seconds_to_an_accuracy_are_those_of_whole_epochs():
    """The first step counts too; an accuracy that no epoch reached is infinitely far."""
    record = next(synthetic_records(1))
    seconds = [epoch.train_seconds for epoch in record.history]
    first, second, _ = (epoch.test_accuracy for epoch in record.history)
    assert seconds_until(first, record) == pytest.approx(record.times.first_step + seconds[0])
    assert seconds_until(second, record) == pytest.approx(record.times.first_step + sum(seconds[:2]))
    assert seconds_until(0.999, record) == float("inf")


def test_time_to_accuracy_counts_failures_as_infinite():
    """The fastest framework is 1; one that most seeds do not reach has no ratio, and its failures stand as None."""
    records = list(synthetic_records(9))
    found = {
        share: [time_to_accuracy.measured(share, name, "cnn", records) for name in ("torch", "keras", "paddle")]
        for share in (0.9, 0.999)
    }
    assert [one.ratio == pytest.approx(1) for one in found[0.9]].count(True) == 1
    assert all(one.ratio >= 1 - 1e-9 and one.pairs == 3 for one in found[0.9])
    assert all(one.ratio is None and one.values["seconds"] == [None] * 3 for one in found[0.999])


def test_synthetic_records_are_told_apart():
    """Many seeds of one training, or many trainings; no record replaces another."""
    seeds, settings = list(synthetic_records(90)), list(synthetic_records(90, settings=True))
    assert len({record.key for record in seeds}) == len({record.key for record in settings}) == 90
    assert len(group_runs(seeds)) == 1
    assert len(group_runs(settings)) == 3


def test_bare_loops_are_given_the_steps_of_the_adapter():
    """Images, batches and masks of every epoch; a smaller last batch is refused."""
    work = given(Task("convnet", images=128, epochs=2))
    assert [steps.indices.shape for steps in work.epochs] == [(2, 64)] * 2
    assert work.epochs[0].masks["dropout1"].shape == (2, 64, 60)
    assert sorted(work.epochs[1].indices.ravel()) == list(range(128))
    with pytest.raises(AssertionError, match="do not fill"):
        given(Task("convnet", images=100))


def test_the_first_loss_is_that_of_the_records():
    """Means over 100 steps of the first epoch, and their mean."""
    losses = np.concatenate([np.full(100, 1.0), np.full(50, 3.0), np.full(150, 9.0)])
    assert first_loss(losses, 2) == 2.0


def test_the_full_size_fills_every_batch():
    """No framework has to compile for a smaller last batch."""
    assert all(FULL.batch_images % batch == 0 for batch in FULL.batch_sizes)
    assert set(FULL.epochs) == set(QUICK.epochs) >= set(frameworks())
    for name in {*FULL.overhead, *FULL.documented, *FULL.choices}:
        for framework in FULL.epochs:
            images, epochs = FULL.training(name, framework)
            assert images % default_recipe(find_architecture(name)).batch_size == 0, name
            assert epochs > 0


def test_every_part_has_jobs_of_its_name():
    """What can be chosen on the command line is what the results are called."""
    for name, part in PARTS.items():
        assert all(job.name == name for job in part.jobs(QUICK))


def test_some_networks_of_one_framework_can_be_measured_alone(monkeypatch, tmp_path):
    """The file keeps all other measurements, in the order of a whole run."""
    path = tmp_path / "all.json"
    old = [Measurement("overhead", f, "cnn", 1.0, 1.0, 1.0, 1, "") for f in ("torch", "keras", "paddle")]
    old.append(Measurement("harness", "torch", "mlp", 1.0, 1.0, 1.0, 1, ""))
    write_measurements(path, old)
    monkeypatch.setattr(
        overhead, "take", lambda script, task, variables=None: sample(3.0 if script == "adapter" else 1)
    )
    options = ["--only", "overhead", "--networks", "cnn,lstm", "--frameworks", "torch", "--output", str(path)]
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 0, done.output
    found = [(one.name, one.backend, one.architecture, one.ratio) for one in read_measurements(path)]
    assert found == [
        ("overhead", "torch", "cnn", 3.0),
        ("overhead", "keras", "cnn", 1.0),
        ("overhead", "paddle", "cnn", 1.0),
        ("overhead", "torch", "lstm", 3.0),
        ("harness", "torch", "mlp", 1.0),
    ]


def test_a_failed_sample_stops_nothing():
    """A process that ends badly is a measurement without a ratio, with its last words."""

    def fail():
        start(["-c", "raise SystemExit('no such thing')"])

    (found,) = measured(Job("overhead", "torch", "cnn", fail), quick=True)
    assert found.ratio is None
    assert "no such thing" in found.note


def test_a_process_that_says_nothing_is_no_sample(monkeypatch):
    """A script that prints no sample is an error that names it."""
    monkeypatch.setattr(sys, "executable", "true")
    with pytest.raises(SampleError, match="adapter cnn: no sample"):
        take("adapter", Task("cnn"))
