import numpy as np

from mnist_compare.architecture import Architecture, BatchNorm, Convolution, Dropout, Flatten, Linear, MaxPooling, ReLU
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.lowering.layout import ChannelsLast


def test_weights_in_another_order_give_the_same_values():
    """A linear layer whose columns are reordered takes the channels last, and its weights come back as they were."""
    shaped = ARCHITECTURES["cnn"].shaped_layers
    order, generator = ChannelsLast(shaped), np.random.default_rng(0)
    images, weight = generator.integers(-9, 9, (5, 16, 7, 7)), generator.integers(-9, 9, (10, 784))
    flat = images.transpose(0, 2, 3, 1).reshape(5, -1)
    assert np.array_equal(flat @ order.reorder("linear1.weight", weight).T, images.reshape(5, -1) @ weight.T)
    assert np.array_equal(order.restore("linear1.weight", order.reorder("linear1.weight", weight)), weight)


def test_only_what_the_images_reach_is_reordered():
    """Biases, later layers and convolutions stay; a dropout between gets its factors as the values come."""
    layers = (Convolution(2, 1), MaxPooling(14), Flatten(), ReLU(), Dropout(0.5), Linear(6), Dropout(0.5), Linear(10))
    order = ChannelsLast(Architecture("dropped", layers).shaped_layers)
    values = np.arange(8)
    assert [name in order for name in ("flatten1", "dropout1", "linear1", "dropout2", "linear2")] == [True] * 3 + [
        False
    ] * 2
    assert order.reorder("linear1.bias", values) is values
    assert order.reorder_mask("dropout2", values) is values
    assert order.reorder_mask("dropout1", values).tolist() == [0, 4, 1, 5, 2, 6, 3, 7]


def test_outputs_need_the_canonical_order():
    """Where no linear layer follows, the values have a meaning of their own, by their place."""
    shaped = Architecture("odd", (Convolution(10, 28), Flatten())).shaped_layers
    assert "flatten1" not in ChannelsLast(shaped)


def test_a_batch_norm_is_reordered_too():
    """Of a batch norm between a Flatten and a linear layer all arrays are reordered, and the layer's columns."""
    shaped = Architecture("normed", (Convolution(2, 14, stride=14), Flatten(), BatchNorm(), Linear(10))).shaped_layers
    order, values = ChannelsLast(shaped), np.arange(8)
    for name in ("norm1.weight", "norm1.bias", "norm1.running_mean", "norm1.running_var", "linear1.weight"):
        assert order.reorder(name, values).tolist() == [0, 4, 1, 5, 2, 6, 3, 7]
        assert order.restore(name, order.reorder(name, values)).tolist() == values.tolist()
    assert order.reorder("linear1.bias", values) is values
