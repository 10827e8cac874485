import numpy as np
import pytest

from mnist_compare.data import load_dataset

READERS = ("torch", "keras", "paddle")
BFLOAT16_ON_CPU = {"torch": True, "keras": True, "paddle": False, "numpy": False}


def test_evaluation_gives_the_same_bits_twice(outcome):
    """Logits of the same images are the same twice: no dropout, and no statistics of the batch, in evaluation."""
    assert np.array_equal(outcome.arrays["evaluation/whole"], outcome.arrays["evaluation/again"])


def test_an_image_is_judged_alone(outcome):
    """An image's logits do not depend on the images that it is evaluated with."""
    assert np.abs(outcome.arrays["evaluation/whole"] - outcome.arrays["evaluation/pieces"]).max() <= 1e-12


def test_looking_does_not_change_the_training(outcome):
    """Evaluating between two steps leaves the training as it would have been."""
    assert np.array_equal(outcome.arrays["evaluation/losses"], outcome.arrays["evaluation/undisturbed"])


def test_bfloat16_is_trained_or_refused(outcome):
    """A backend trains in bfloat16 with a falling loss of its own, or says that it cannot: it never ignores it."""
    found = outcome.facts["losses/bfloat16"]
    trains = BFLOAT16_ON_CPU.get(outcome.backend, isinstance(found, list))
    if not trains:
        assert found["error"] == "BackendError"
        assert "refuses precision bfloat16" in found["message"]
        return
    losses, exact = np.array(found), np.array(outcome.facts["losses/float32"])
    assert losses[-10:].mean() < 0.5 * losses[:10].mean()
    assert 1e-6 < np.abs(losses - exact).max() < 0.1


def test_a_gpu_that_is_not_there(outcome):
    """Asking for a GPU that the framework does not see is a BackendError that says how many it sees."""
    found = outcome.facts["device/gpu:999"]
    assert found["error"] == "BackendError"
    assert f"sees {outcome.facts['gpus']} GPUs" in found["message"]


@pytest.mark.parametrize("device", ["gpu:x", "tpu", "cuda:0"])
def test_a_device_that_does_not_exist(outcome, device):
    """A device that has no meaning is a UsageError that lists the valid ones."""
    found = outcome.facts[f"device/{device}"]
    assert found["error"] == "UsageError"
    assert "Valid: auto, cpu, gpu, gpu:N" in found["message"]


def test_batch_norm_of_a_single_image(outcome, reference):
    """A last batch of one image, which cannot be normalized, is trained alike in all backends or refused by all."""
    found, wanted = outcome.facts["lone"], reference.facts["lone"]
    if isinstance(wanted, dict):
        assert wanted["meant"]
        assert found == wanted
    else:
        assert found == pytest.approx(wanted, rel=1e-11)


def test_an_epoch_learns(outcome):
    """One epoch of cnn over 2,000 images recognises most test images, and its times are measured."""
    (epoch,) = outcome.facts["fit"]
    seconds = outcome.facts["fit_seconds"]
    assert epoch["test_accuracy"] > 0.6
    assert min(seconds[phase] for phase in ("build", "first_step", "training", "evaluation")) > 0
    assert epoch["train_seconds"] == pytest.approx(seconds["training"])


def test_an_epoch_ends_at_the_same_accuracy(framework, reference):
    """After an epoch in float32 a framework recognises as many test images as the reference, but for a few."""
    found, wanted = framework.facts["fit"][0], reference.facts["fit"][0]
    assert abs(found["test_accuracy"] - wanted["test_accuracy"]) * 500 <= 3
    assert found["test_loss"] == pytest.approx(wanted["test_loss"], abs=1e-3)


def test_the_frameworks_reader_gives_the_same_data(outcome):
    """MNIST read by the framework's own reader becomes the embedded data set, bit for bit."""
    if outcome.backend not in READERS:
        pytest.skip(f"{outcome.backend} has no reader of its own")
    assert outcome.facts["fingerprint"] == load_dataset("mnist").fingerprint
