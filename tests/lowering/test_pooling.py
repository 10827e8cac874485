import numpy as np

from mnist_compare.architecture import Architecture, BatchNorm, Convolution, Flatten, Linear, MaxPooling, ReLU
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.lowering.bias_behind_pooling import pooled_biases
from mnist_compare.lowering.relu_behind_pooling import pool_first


def test_a_relu_before_a_pooling_goes_behind_it():
    """The names stay with the layers, and the shapes follow each other as before."""
    shaped = ARCHITECTURES["cnn"].shaped_layers
    ordered = pool_first(shaped)
    assert [p.name for p in ordered] == ["conv1", "pool1", "relu1", "conv2", "pool2", "relu2", "flatten1", "linear1"]
    assert ordered[2].input_shape == ordered[2].output_shape == (8, 14, 14)
    shapes = [shaped[0].input_shape] + [p.output_shape for p in ordered]
    assert [p.input_shape for p in ordered] == shapes[:-1]
    assert sorted(p.name for p in shaped) == sorted(p.name for p in ordered)


def test_a_relu_behind_a_pooling_stays():
    """A network that pools first is left as it is."""
    shaped = ARCHITECTURES["convnet"].shaped_layers
    assert pool_first(shaped) == shaped


def test_the_values_and_gradients_of_both_orders_are_the_same_bits():
    """With overlapping windows, ties, negative windows and zeros: what the NumPy reference computes either way."""
    from mnist_compare_numpy.layers import make_module

    layers = (Convolution(2, 3), ReLU(), MaxPooling(3, 1), Flatten(), Linear(10))
    shaped = Architecture("overlapping", layers).shaped_layers[1:3]
    generator = np.random.default_rng(0)
    x = generator.integers(-3, 4, (20, 2, 26, 26)) * 0.5  # many ties and zeros
    back = generator.standard_normal((20, 2, 24, 24))
    results = []
    for order in (shaped, pool_first(shaped)):
        modules, values = [make_module(p.layer, p) for p in order], x
        for module in modules:
            values = module.forward(values, training=True)
        gradient = back
        for module in reversed(modules):
            gradient = module.backward(gradient)
        results.append((values, gradient))
    assert np.array_equal(results[0][0], results[1][0])
    assert np.array_equal(results[0][1], results[1][1])


def test_a_bias_goes_behind_a_pooling_that_follows_its_convolution():
    """Not one that is not there, nor where a normalization stands between."""
    assert pooled_biases(pool_first(ARCHITECTURES["cnn"].shaped_layers)) == {"conv1": "pool1", "conv2": "pool2"}
    layers = (Convolution(2, 3, bias=False), MaxPooling(2), Convolution(2, 3), BatchNorm(), MaxPooling(2))
    assert pooled_biases(Architecture("none", (*layers, Flatten(), Linear(10))).shaped_layers) == {}
