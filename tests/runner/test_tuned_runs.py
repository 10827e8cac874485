"""Tuning: the passes that make a framework fast, and networks as users write them, side by side."""

import numpy as np
import pytest

from mnist_compare import compare, open_comparison
from mnist_compare.backend import find_backend
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.records.record import Status
from mnist_compare.report.progress import describe_end, name_run
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request
from mnist_compare.runner.training_events import EpochEnded

SMALL = {
    "train_size": 330,
    "test_size": 100,
    "epochs": 2,
    "precision": "float64",
    "threads": 2,
    "progress": False,
    "retime": False,
    "report": False,
}
CNN_PASSES = ("relu-behind-pooling", "bias-behind-pooling", "channels-last", "flat-order")
"""Those of torch that change something in `cnn`, in which no ReLU is left to overwrite what a layer has made."""
TUNINGS = ("both", "channels-last+flat-order")


class StopsAfterAnEpoch(Observer):
    """Presses Ctrl-C when the first epoch of a run is over."""

    def run_event(self, run, event):
        if isinstance(event, EpochEnded):
            raise KeyboardInterrupt


pytestmark = pytest.mark.skipif(bool(find_backend("torch").missing()), reason="torch is not installed")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    """`cnn` in torch: tuned, plain, and with two passes alone."""
    place = tmp_path_factory.mktemp("tuning") / "out"
    return compare("torch", "cnn", tunings=TUNINGS, output=place, **SMALL | {"report": True})


def test_records_tell_which_passes_a_run_took(comparison):
    """All that the network has a use for, none, or those that were named; the spec says what was asked for."""
    assert [record.status for record in comparison.records] == [Status.DONE] * 3
    passes = [record.passes for record in comparison.records]
    assert passes == [CNN_PASSES, (), ("channels-last", "flat-order")]
    assert [record.spec.tuning for record in comparison.records] == ["tuned", "plain", "channels-last+flat-order"]
    assert open_comparison(comparison.folder).records == comparison.records


def test_passes_change_no_result(comparison):
    """In float64 the losses of tuned and plain runs are the same but for rounding."""
    losses = np.array([[epoch.train_loss for epoch in record.history] for record in comparison.records])
    assert np.abs(losses - losses[0]).max() < 1e-12


def test_tuned_and_plain_are_told_apart(comparison):
    """In the frame, in results.csv, in the folders, in a record's one line, and in the progress."""
    assert list(comparison.to_frame()["tuning"]) == ["tuned", "plain", "channels-last+flat-order"]
    assert (comparison.folder / "results.csv").read_text().splitlines()[0].split(",")[4:6] == ["mode", "tuning"]
    folders = [record.weights.split("/")[1].rpartition("-seed")[0] for record in comparison.records]
    assert folders == ["torch-cnn", "torch-cnn-plain", "torch-cnn-channels-last+flat-order"]
    assert [repr(record).partition(" seed")[0] for record in comparison.records[:2]] == [
        *("<Record torch cnn", "<Record torch cnn plain"),
    ]
    runs = make_plan(Request(("torch",), ("cnn",), modes=("both",), tunings=("both",), train_size=330)).runs
    assert [name_run(run) for run in runs] == [
        *("torch cnn seed 0", "torch cnn plain seed 0"),
        *("torch cnn native seed 0", "torch cnn native plain seed 0"),
    ]
    assert describe_end(runs[1], comparison.records[1], kept=True).startswith("torch cnn plain seed 0: already done")


def test_a_plain_run_goes_on_plain(comparison, tmp_path):
    """After Ctrl-C the same command goes on with the same passes, and ends with the same bits."""
    options = SMALL | {"tuning": "plain", "output": tmp_path / "out"}
    with pytest.raises(KeyboardInterrupt):
        compare("torch", "cnn", observer=StopsAfterAnEpoch(), **options)
    (record,) = compare("torch", "cnn", **options).records
    assert (record.status, record.resumed, record.passes) == (Status.DONE, 1, ())
    assert record.weights_sha256 == comparison.records[1].weights_sha256


def test_a_timing_of_a_plain_run_is_of_a_plain_run(comparison):
    """A run that is timed again is trained as it was, to the same bits."""
    options = SMALL | {"output": comparison.folder, "retime": True}
    again = compare("torch", "cnn", tunings=TUNINGS, **options)
    assert [record.key for record in again.records] == [record.key for record in comparison.records]
    assert [[timing.same for timing in record.repeats] for record in again.records] == [[True]] * 3
    weights = [read_checkpoint(again.folder / record.weights)[1]["conv1.weight"] for record in again.records[:2]]
    assert not np.array_equal(*weights)  # else the bits would tell nothing of the tuning


def test_a_relay_is_tuned_as_asked(tmp_path):
    """Every backend of a relay takes the tuning; the reference has no passes."""
    options = SMALL | {"output": tmp_path / "out"}
    found = compare([], "cnn", relay="numpy,torch", tunings="both", **options).records
    assert [(record.status, record.passes) for record in found] == [
        (Status.DONE, CNN_PASSES),
        (Status.DONE, ()),
    ]
