"""The latency of a trained network is measured in little time, and changes nothing else of a run."""

from time import perf_counter, sleep

import numpy as np
import pytest

from mnist_compare.runner.comparison import run_comparison
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.latency import BATCHES, LEAST_TIMINGS, latency_seconds, measure_latency
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request


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


def test_one_image_is_measured_in_the_shortest_run():
    """A run of no time at all still says how long one image takes."""
    found, _ = measured(1e-3, 0.0)
    assert [(one.images, one.timings) for one in found] == [(1, LEAST_TIMINGS)]


def test_a_run_gives_it_a_twentieth_of_its_time():
    """At most half a second of a long run, and hardly anything of a tiny one."""
    assert latency_seconds(1.0) == pytest.approx(0.05)
    assert latency_seconds(3600.0) == 0.5


class Silent:
    """Writes no report."""

    def start(self):
        pass

    def wait(self):
        pass

    def report(self, records):
        pass


def trained(folder, **asked):
    """The record of a small training in this process."""
    request = Request(backends=("numpy",), architectures=("mlp",), train_size=200, test_size=100, epochs=1, **asked)
    with open_engine("inline") as engine:
        (record,) = run_comparison(make_plan(request), folder, engine, lambda *_: Silent())
    return record


def test_a_run_is_the_same_with_and_without(tmp_path):
    """Weights, losses and predictions are equal to the last bit; only one of the records has latencies."""
    timed, plain = trained(tmp_path / "with"), trained(tmp_path / "without", latency=False)
    assert timed.latency
    assert not plain.latency
    assert [one.images for one in timed.latency] == [1, 8, 64][: len(timed.latency)]
    assert timed.weights_sha256 == plain.weights_sha256
    assert timed.test == plain.test
    assert timed.history[0].step_losses == plain.history[0].step_losses
    assert timed.key == plain.key
