"""How several processes share a batch: every image once, and losses weighted so that their sum is the batch's mean."""

import numpy as np
import pytest

from mnist_compare.experiment.shard import WHOLE, Shard
from mnist_compare.experiment.steps import Steps


def steps_of(batch, count=3):
    indices = np.arange(count * batch).reshape(count, batch)
    return Steps(indices=indices, learning_rates=np.ones(count), masks={"dropout": indices[:, :, None].astype(float)})


@pytest.mark.parametrize(("batch", "count"), [(64, 2), (33, 2), (45, 4), (7, 3)])
def test_processes_share_every_batch(batch, count):
    """Each image is one process's, in the order of the batch and with its own mask; parts differ by one at most."""
    steps = steps_of(batch)
    cut = [Shard(rank, count).cut(steps) for rank in range(count)]
    assert np.array_equal(np.concatenate([own.indices for own in cut], axis=1), steps.indices)
    assert np.array_equal(np.concatenate([own.masks["dropout"] for own in cut], axis=1), steps.masks["dropout"])
    sizes = [own.indices.shape[1] for own in cut]
    assert max(sizes) - min(sizes) <= 1
    assert np.allclose([own.shares for own in cut], np.array(sizes)[:, None] / batch, rtol=1e-15)


def test_weights_of_images_weigh_in_the_shares():
    """With class weights, the share of a process is that of its weights in the sum over the batch."""
    weights = np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 2.0]])
    cut = [Shard(rank, 2).cut(steps_of(3, 2), weights) for rank in range(2)]
    assert np.allclose([own.shares for own in cut], [[1 / 6, 1 / 4], [5 / 6, 3 / 4]])


def test_a_process_without_an_image_counts_nothing():
    """Of a batch of one image, the other process takes the same one with a share of 0."""
    first, last = (Shard(rank, 2).cut(steps_of(1)) for rank in range(2))
    assert np.array_equal(first.indices, last.indices)
    assert first.shares.tolist() == [0.0] * 3
    assert last.shares.tolist() == [1.0] * 3


def test_one_process_takes_the_steps_as_they_are():
    """Nothing is weighted there: its numbers are those of a training without any shares."""
    steps = steps_of(5)
    assert WHOLE.cut(steps) is steps
