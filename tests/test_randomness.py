from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_compare.architecture import Architecture, Convolution, Flatten, Linear
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.randomness import batch_order, dropout_masks, initial_weights, permutation, raw, uniform

WIDE = (Convolution(40, 5), Flatten(), Linear(10))


def test_values_never_change():
    """The draws of a seed are fixed for ever, so that a run of today can be repeated by a later version."""
    assert raw(0, "order", 0, size=2).tolist() == [8679498204785176346, 1461747413549175670]
    assert uniform(7, "weights conv1.weight", size=2).tolist() == [0.1166915285304575, 0.04084753558510701]
    assert batch_order(1, 2, 10).tolist() == [0, 7, 2, 5, 6, 3, 9, 4, 8, 1]
    mask = dropout_masks(3, "dropout1", 1, range(5, 6), (1, 16), 0.5)
    assert mask.astype(int).ravel().tolist() == [0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1]
    weights = initial_weights(ARCHITECTURES["cnn"], 0)
    assert weights["conv1.weight"].ravel()[:3].tolist() == [
        0.03666399419307709,
        -0.3187094032764435,
        -0.1550399512052536,
    ]


def test_the_same_seed_gives_the_same_values():
    """Everything that is drawn from a seed is drawn alike again, and otherwise from another seed."""
    for draw in (
        lambda seed: batch_order(seed, 3, 100),
        lambda seed: dropout_masks(seed, "dropout1", 0, range(2), (4, 8), 0.5),
        lambda seed: initial_weights(ARCHITECTURES["mlp"], seed)["linear2.weight"],
    ):
        assert np.array_equal(draw(5), draw(5))
        assert not np.array_equal(draw(5), draw(6))


def test_epochs_can_be_made_out_of_order():
    """An epoch's order and masks are the same whether the epochs before it were made or not."""
    orders = [batch_order(0, epoch, 50) for epoch in range(5)]
    assert all(np.array_equal(batch_order(0, epoch, 50), orders[epoch]) for epoch in (4, 0, 2))
    assert len({tuple(order) for order in orders}) == 5


def test_steps_can_be_made_in_any_pieces():
    """The masks of a step do not depend on the steps that are made with it."""
    whole = dropout_masks(0, "dropout1", 2, range(10), (3, 5), 0.3)
    pieces = [dropout_masks(0, "dropout1", 2, range(*bounds), (3, 5), 0.3) for bounds in ((0, 1), (1, 7), (7, 10))]
    assert np.array_equal(np.concatenate(pieces), whole)
    assert len({step.tobytes() for step in whole}) == 10


def test_streams_are_told_apart():
    """Purposes, counters and seeds choose different streams, also where they hold the same numbers."""
    streams = [
        raw(1, "order", 0, size=4),
        raw(1, "order", 1, size=4),
        raw(1, "order", 0, 1, size=4),
        raw(0, "order", 1, size=4),
        raw(1, "mask dropout1", 0, size=4),
        raw(1, "mask dropout2", 0, size=4),
    ]
    assert len({word for stream in streams for word in stream.tolist()}) == 24


def test_counters_do_not_run_into_each_other():
    """The words of one step, however many, are not those of the next step."""
    first, second = (raw(0, "mask dropout1", 0, step, size=50_000) for step in (0, 1))
    assert not set(first.tolist()) & set(second.tolist())


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), epoch=st.integers(0, 100_000), images=st.integers(1, 300))
def test_an_order_visits_every_image_once(seed, epoch, images):
    """For every seed that can be given, an epoch's order holds each image exactly once."""
    order = batch_order(seed, epoch, images)
    assert order.dtype == np.int64
    assert sorted(order.tolist()) == list(range(images))


def test_orders_are_fair():
    """Over many epochs every image comes first about equally often."""
    firsts = np.bincount([permutation(0, "order", epoch, size=5)[0] for epoch in range(2000)], minlength=5)
    assert np.abs(firsts - 400).max() < 4 * sqrt(2000 * 0.2 * 0.8)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_dropout_keeps_its_share(rate):
    """A share `rate` of the values is dropped, within four standard deviations, in every step and unit alike."""
    kept = dropout_masks(0, "dropout1", 0, range(20), (50, 100), rate)
    assert kept.shape == (20, 50, 100)
    for axes in (None, (1, 2), (0, 1)):
        shares = kept.mean(axis=axes)
        allowed = 4.5 * sqrt(rate * (1 - rate) / (kept.size / np.size(shares)))
        assert np.abs(shares - (1 - rate)).max() <= allowed


@pytest.mark.parametrize("rate", [1e-12, 1 - 1e-12])
def test_extreme_dropout_rates(rate):
    """The smallest and the largest rates that a network may have can be drawn."""
    kept = dropout_masks(0, "dropout1", 0, range(2), (10, 10), rate)
    assert kept.all() == (rate < 0.5)


def test_uniform_values():
    """Uniform values lie in [0, 1), with the mean and spread of a uniform distribution."""
    values = uniform(0, "test", size=100_000)
    assert 0 <= values.min() < values.max() < 1
    assert values.mean() == pytest.approx(0.5, abs=4 * sqrt(1 / 12 / 1e5))
    assert values.std() == pytest.approx(sqrt(1 / 12), abs=0.002)


@pytest.mark.parametrize(
    ("initializer", "std"),
    [
        ("fan_in_uniform", {"conv1": sqrt(1 / 25 / 3), "linear1": sqrt(1 / 23040 / 3)}),
        ("glorot_uniform", {"conv1": sqrt(2 / (25 + 1000)), "linear1": sqrt(2 / (23040 + 10))}),
        ("he_normal", {"conv1": sqrt(2 / 25), "linear1": sqrt(2 / 23040)}),
    ],
)
def test_initial_weights_have_the_spread_of_their_initializer(initializer, std):
    """Weights have mean 0 and the standard deviation that fan-in and fan-out give, and uniform ones their bounds."""
    weights = initial_weights(Architecture("wide", WIDE, initializer=initializer), 0)
    for layer, wanted in std.items():
        values = weights[f"{layer}.weight"].astype(np.float64)
        assert values.std() == pytest.approx(wanted, rel=3 / sqrt(values.size))
        assert abs(values.mean()) < 4 * wanted / sqrt(values.size)
        largest = np.abs(values).max()
        if initializer == "he_normal":
            assert 3 * wanted < largest < 6 * wanted
        else:
            assert 0.99 * sqrt(3) * wanted < largest <= sqrt(3) * wanted * (1 + 1e-7)


def test_initial_biases():
    """Biases are drawn like weights in PyTorch's initializer, and are zero in the others."""
    drawn, glorot, he = (
        initial_weights(Architecture("wide", WIDE, initializer=name), 0)["conv1.bias"]
        for name in ("fan_in_uniform", "glorot_uniform", "he_normal")
    )
    assert 0.1 < np.abs(drawn).max() <= 1 / 5
    assert not glorot.any()
    assert not he.any()


def test_a_fresh_network_is_complete():
    """A fresh network has all arrays in float32 and canonical shapes; batch norm starts as the identity."""
    convnet = ARCHITECTURES["convnet"]
    weights = initial_weights(convnet, 0)
    assert {name: array.shape for name, array in weights.items()} == convnet.parameters | convnet.statistics
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    for name, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
        assert (weights[f"norm2.{name}"] == value).all()


def test_a_layer_more_leaves_the_others_alone():
    """Adding a layer at the end does not change the weights of the layers before it."""
    short = initial_weights(Architecture("short", (Flatten(), Linear(20), Linear(10))), 3)
    long = initial_weights(Architecture("long", (Flatten(), Linear(20), Linear(10), Linear(10))), 3)
    assert all(np.array_equal(long[name], array) for name, array in short.items())
