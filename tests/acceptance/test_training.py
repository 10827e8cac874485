"""Training on all the data, in all three frameworks: the figures that the documents lead a reader to expect."""

from pathlib import Path

import pytest
from commands import FRAMEWORKS, compare

NAMES = FRAMEWORKS.split(",")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def test_main_job_reaches_the_documented_accuracy(tmp_path: Path) -> None:
    """Three epochs of `cnn` give at least 97.5 % in each framework, and the three within half a percent."""
    records = compare(tmp_path / "out")
    accuracies = [records[name, "cnn"].test_accuracy or 0.0 for name in NAMES]
    assert min(accuracies) >= 0.975
    assert max(accuracies) - min(accuracies) <= 0.005
    assert all(records[name, "cnn"].test and records[name, "cnn"].test.count == 10_000 for name in NAMES)


def test_all_networks_train_in_all_frameworks(tmp_path: Path) -> None:
    """Every network trains one epoch on 2,000 images, and its loss falls."""
    sizes = ("--train-size", "2000", "--test-size", "1000", "--epochs", "1")
    records = compare(tmp_path / "out", "--architectures", "all", *sizes)
    assert len(records) == 21
    for (name, network), record in records.items():
        losses = record.history[0].step_losses
        assert record.history[0].train_loss < losses[0], (name, network, losses)
    assert all(records[name, "linear"].test.out_of_range >= 0 for name in NAMES)
    assert all(0.0 < (records[name, "linear"].test_accuracy or 0) < 0.5 for name in NAMES)


@pytest.mark.parametrize(
    ("network", "least"), [("mlp", 0.88), ("lenet", 0.975), ("convnet", 0.92)], ids=["mlp", "lenet", "convnet"]
)
def test_one_epoch_of_classification(tmp_path: Path, network: str, least: float) -> None:
    """One epoch on all the data recognises as many test images as torch does by hand."""
    records = compare(tmp_path / "out", "--architectures", network, "--epochs", "1")
    assert all((records[name, network].test_accuracy or 0) >= least for name in NAMES)


def test_one_epoch_of_regression(tmp_path: Path) -> None:
    """One epoch of `linear` on all the data leaves a mean squared error under 4.6 on the test images."""
    records = compare(tmp_path / "out", "--architectures", "linear", "--epochs", "1")
    assert all((records[name, "linear"].test_loss or 9) < 4.6 for name in NAMES)
