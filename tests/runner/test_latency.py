"""The latency of a trained network is measured in little time, and changes nothing else of a run."""

from time import perf_counter, sleep

import numpy as np
import pytest

from mnist_compare import compare
from mnist_compare.runner.latency import BATCHES, LEAST_TIMINGS, latency_seconds, measure_latency

SMALL = {"train_size": 200, "test_size": 100, "threads": 1, "epochs": 1, "engine": "inline", "progress": False}


def measured(per_image, seconds, count=512):
    """What is measured of a network that takes so long for an image, and how long that took."""
    begin = perf_counter()
    found = measure_latency(lambda images: sleep(per_image * len(images)), np.zeros((count, 1)), count, seconds)
    return found, perf_counter() - begin


def test_the_median_of_several_calls_is_kept():
    """A network that takes 0.1 ms per image is found to take about that, and never less."""
    found, _ = measured(1e-4, 0.5, count=64)
    assert [one.images for one in found] == [1, 8, 64]
    for one in found:
        assert one.timings >= LEAST_TIMINGS
        assert 1e-4 * one.images <= one.seconds < 10e-4 * one.images


@pytest.mark.parametrize("per_image", [1e-5, 1e-3, 1e-2])
def test_it_takes_no_longer_than_it_may(per_image):
    """Batches for which there is no time are left out: a slow network costs a run no more than a fast one."""
    found, taken = measured(per_image, 0.2)
    assert taken < 0.3
    assert [one.images for one in found] == list(BATCHES)[: len(found)]


def test_a_run_gives_it_a_twentieth_of_its_time():
    """At most half a second of a long run, and hardly anything of a tiny one."""
    assert latency_seconds(1.0) == pytest.approx(0.05)
    assert latency_seconds(3600.0) == 0.5


def test_a_run_is_the_same_with_and_without(tmp_path):
    """Weights, losses and predictions are equal to the last bit; only one of the records has latencies."""
    (timed,) = compare("numpy", "mlp", output=tmp_path / "with", **SMALL).records
    (plain,) = compare("numpy", "mlp", output=tmp_path / "without", latency=False, **SMALL).records
    assert [one.images for one in timed.latency] == [1, 8, 64][: len(timed.latency)]
    assert timed.latency
    assert not plain.latency
    assert timed.weights_sha256 == plain.weights_sha256
    assert timed.test == plain.test
    assert timed.history[0].step_losses == plain.history[0].step_losses
    assert timed.key == plain.key
