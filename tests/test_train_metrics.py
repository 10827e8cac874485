"""On which training images loss and accuracy are measured after an epoch."""

import numpy as np
import pytest

from mnist_compare.data import stratified, subset
from mnist_compare.errors import UsageError
from mnist_compare.experiment import train_measure
from mnist_compare.experiment.evaluation import evaluate_outputs
from mnist_compare.recipe import Adam, Recipe
from mnist_compare_numpy import NumpyExperiment

RECIPE = Recipe(optimizer=Adam(0.002), batch_size=64, epochs=3)


@pytest.fixture(scope="module")
def digits(mnist):
    """400 training and 100 test images."""
    return subset(mnist, train_size=400, test_size=100)


def trained(digits, kind, **options):
    """An experiment that was measured in this way, and its results."""
    experiment = NumpyExperiment("mlp", RECIPE, device="cpu")
    return experiment, experiment.fit(digits, train_metrics=kind, **options)


def test_a_sample_is_measured_and_all_images_in_the_end(digits, monkeypatch):
    """Every epoch tells of the same stratified sample, and after the last one all training images are evaluated."""
    monkeypatch.setattr(train_measure, "SAMPLE_SIZE", 60)
    experiment, history = trained(digits, "sample")
    chosen = stratified(digits.train_labels, 60, 0, "train metrics")
    images = digits.train_images[chosen]
    outputs = experiment.predict(images).outputs
    sampled = evaluate_outputs(outputs, digits.train_labels[chosen].astype(np.int64), "cross_entropy")
    assert history[-1].train_loss == pytest.approx(sampled.loss, rel=1e-6)  # other batches round otherwise
    assert history[-1].train_accuracy == sampled.accuracy
    whole = experiment.evaluate(digits, "train")
    assert experiment.training.last_train.predictions_sha256 == whole.predictions_sha256
    assert (experiment.training.last_train.count, experiment.training.last_train.loss) == (400, whole.loss)
    assert history[0].train_loss > history[1].train_loss > history[2].train_loss


def test_before_the_last_epoch_there_is_no_evaluation_of_all(digits, monkeypatch):
    """A training that stops on the way has measured the sample alone."""
    monkeypatch.setattr(train_measure, "SAMPLE_SIZE", 60)
    experiment, history = trained(digits, "sample", until=2)
    assert experiment.training.last_train is None
    assert [0 < result.train_accuracy <= 1 for result in history] == [True, True]


def test_a_small_set_is_measured_whole(digits):
    """Where there are no more images than a sample has, it is all of them: the same numbers as full."""
    (one, sampled), (other, full) = (trained(digits, kind) for kind in ("sample", "full"))
    assert [result.train_loss for result in sampled] == [result.train_loss for result in full]
    assert one.training.last_train == other.training.last_train == one.evaluate(digits, "train")


def test_running_is_the_mean_over_the_steps(digits):
    """It is the loss of the steps as they were taken, of which no accuracy is known."""
    experiment, history = trained(digits, "running")
    assert [result.train_loss for result in history] == pytest.approx(
        [np.mean(result.step_losses) for result in history]
    )
    assert {result.train_accuracy for result in history} == {None}
    assert experiment.training.last_train is None


def test_off_measures_nothing(digits):
    """No training image is looked at."""
    experiment, history = trained(digits, "off")
    assert {(result.train_loss, result.train_accuracy) for result in history} == {(None, None)}
    assert experiment.training.last_train is None


def test_what_is_measured_changes_no_training(digits, monkeypatch):
    """All ways to measure end in the same weights."""
    monkeypatch.setattr(train_measure, "SAMPLE_SIZE", 60)
    weights = [trained(digits, kind)[0].weights() for kind in ("sample", "full", "running", "off")]
    for other in weights[1:]:
        assert all(np.array_equal(array, other[name]) for name, array in weights[0].items())


def test_another_word_is_refused(digits):
    """The error names the valid ones."""
    with pytest.raises(UsageError, match="sample, full, running, off"):
        trained(digits, "all")
