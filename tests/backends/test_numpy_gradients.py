import numpy as np
import pytest

from mnist_compare.architecture import (
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    AdaptiveAveragePooling,
    Attention,
    AveragePooling,
    BatchNorm,
    ChannelDropout,
    Convolution,
    Dropout,
    Flatten,
    GlobalAveragePooling,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPooling,
    Patches,
    Positions,
    ReLU,
    Rows,
    SequenceMean,
    ShapedLayer,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
    TransposedConvolution,
)
from mnist_compare_numpy.layers import make_module

BATCH = 4
NUDGE = 1e-6
LAYERS = {
    "convolution": (Convolution(3, 3), (2, 6, 6)),
    "convolution, padded": (Convolution(3, 5, padding=2), (2, 6, 6)),
    "convolution, strided": (Convolution(3, 3, stride=2), (2, 8, 8)),
    "convolution, strided and padded, no bias": (Convolution(2, 4, padding=1, stride=3, bias=False), (3, 9, 9)),
    "convolution, one pixel": (Convolution(4, 1), (3, 4, 4)),
    "max pooling": (MaxPooling(2), (2, 6, 6)),
    "max pooling, overlapping": (MaxPooling(3, stride=1), (2, 6, 6)),
    "max pooling, windows left over": (MaxPooling(3, stride=2), (2, 8, 8)),
    "max pooling, gaps": (MaxPooling(2, stride=3), (2, 8, 8)),
    "convolution, rectangular": (Convolution(3, (2, 3), stride=(2, 1)), (2, 6, 5)),
    "convolution, dilated": (Convolution(3, (3, 2), padding=1, dilation=(2, 3)), (2, 6, 6)),
    "convolution, groups": (Convolution(4, 3, padding=1, stride=2, groups=2), (4, 5, 5)),
    "convolution, depthwise": (Convolution(6, 2, groups=3, bias=False), (3, 4, 4)),
    "convolution, padded by side": (Convolution(2, 3, padding=(2, 0, 1, 3)), (2, 4, 3)),
    "convolution, same": (Convolution(2, (4, 3), padding="same", stride=2), (2, 5, 6)),
    "transposed convolution": (TransposedConvolution(3, 3), (2, 4, 4)),
    "transposed convolution, strided": (TransposedConvolution(3, 3, padding=1, stride=2, output_padding=1), (2, 3, 4)),
    "transposed convolution, gaps": (TransposedConvolution(2, (1, 2), stride=(2, 3), bias=False), (2, 3, 3)),
    "max pooling, padded": (MaxPooling(3, stride=2, padding=1), (2, 6, 6)),
    "max pooling, rectangular": (MaxPooling((3, 2), stride=(1, 2), padding=1), (2, 6, 6)),
    "average pooling": (AveragePooling((2, 3), stride=(2, 1)), (2, 6, 6)),
    "average pooling, padded": (AveragePooling(3, stride=2, padding=1), (2, 6, 6)),
    "average pooling, padding not counted": (AveragePooling(4, 3, padding=2, count_padding=False), (2, 6, 5)),
    "adaptive average pooling": (AdaptiveAveragePooling((3, 5)), (2, 7, 6)),
    "global average pooling": (GlobalAveragePooling(), (2, 4, 3)),
    "relu": (ReLU(), (2, 3, 3)),
    "leaky relu": (LeakyReLU(0.2), (2, 3, 3)),
    "elu": (ELU(0.7), (2, 3, 3)),
    "sigmoid": (Sigmoid(), (2, 3, 3)),
    "tanh": (Tanh(), (2, 3, 3)),
    "silu": (SiLU(), (2, 3, 3)),
    "gelu": (GELU(), (2, 3, 3)),
    "gelu, approximate": (GELU(approximate=True), (2, 3, 3)),
    "softplus": (Softplus(), (2, 3, 3)),
    "softmax of channels": (Softmax(), (4, 2, 3)),
    "softmax of features": (Softmax(), (5,)),
    "batch norm of maps": (BatchNorm(epsilon=1e-3), (3, 4, 4)),
    "batch norm of features": (BatchNorm(), (7,)),
    "batch norm, no scale": (BatchNorm(scale=False), (3, 4, 4)),
    "batch norm, no shift": (BatchNorm(shift=False), (7,)),
    "layer norm of maps": (LayerNorm(), (3, 4, 2)),
    "layer norm of features": (LayerNorm(epsilon=1e-3, shift=False), (7,)),
    "layer norm of a sequence": (LayerNorm(), (3, 5)),
    "instance norm": (InstanceNorm(), (3, 4, 2)),
    "group norm": (GroupNorm(2), (4, 3, 2)),
    "group norm, no scale": (GroupNorm(2, scale=False), (4, 3, 2)),
    "local response norm": (LocalResponseNorm(3, alpha=0.7, k=2.0), (5, 2, 3)),
    "local response norm, wide": (LocalResponseNorm(5, alpha=0.7, beta=1.5), (3, 2, 3)),
    "dropout": (Dropout(0.5), (2, 3, 3)),
    "channel dropout": (ChannelDropout(0.5), (4, 3, 3)),
    "linear": (Linear(5), (6,)),
    "linear, no bias": (Linear(5, bias=False), (6,)),
    "flatten": (Flatten(), (2, 3, 3)),
    "linear on a sequence": (Linear(3), (4, 5)),
    "flatten of a sequence": (Flatten(), (4, 5)),
    "rows": (Rows(), (1, 3, 4)),
    "patches": (Patches(3, 2), (2, 4, 6)),
    "positions": (Positions(), (4, 3)),
    "mean of a sequence": (SequenceMean(), (4, 3)),
    "rnn": (RNN(3), (4, 2)),
    "rnn, layers in both directions, all": (RNN(2, layers=2, bidirectional=True, output="all"), (4, 3)),
    "lstm": (LSTM(3), (4, 2)),
    "lstm, layers in both directions": (LSTM(2, layers=2, bidirectional=True), (4, 3)),
    "gru": (GRU(3), (4, 2)),
    "gru, both directions": (GRU(2, bidirectional=True), (4, 3)),
    "gru, reset before": (GRU(3, reset="before", layers=2, output="all"), (4, 2)),
    "attention": (Attention(1), (4, 3)),
    "attention, two heads": (Attention(2), (3, 4)),
}


def module_and_input(layer, shape):
    """A module with random arrays, and a batch whose values are far apart, so that no nudge changes an order."""
    generator = np.random.default_rng(11)
    module = make_module(layer, ShapedLayer("layer", layer, shape, layer.output_shape(shape)))
    shapes = layer.parameters(shape) | layer.statistics(shape)
    module.arrays = {name: generator.uniform(0.5, 1.5, size) for name, size in shapes.items()}
    size = BATCH * int(np.prod(shape))
    x = 4 * (generator.permutation(size) + 0.3) / size - 2
    if layer.mask_rate is not None:
        module.factors = 2.0 * (generator.random((BATCH, *layer.mask_shape(shape))) < 0.5)
    return module, x.reshape(BATCH, *shape)


def slope(function, array):
    """The gradient of a number in an array, by central differences."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        before = array[index]
        array[index] = before + NUDGE
        above = function()
        array[index] = before - NUDGE
        gradient[index] = (above - function()) / (2 * NUDGE)
        array[index] = before
    return gradient


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_slopes(name):
    """The gradients of every layer, in its input and its parameters, are the slopes of its output."""
    module, x = module_and_input(*LAYERS[name])
    output = module.forward(x, True)
    weights = np.random.default_rng(5).normal(size=output.shape)
    gradient = module.backward(weights)

    def weighted():
        return float((module.forward(x, True) * weights).sum())

    assert gradient == pytest.approx(slope(weighted, x), rel=1e-6, abs=1e-7)
    for parameter in LAYERS[name][0].parameters(x.shape[1:]):
        assert module.gradients[parameter] == pytest.approx(
            slope(weighted, module.arrays[parameter]), rel=1e-6, abs=1e-7
        )


def test_convolution_is_a_cross_correlation():
    """A convolution is the sum of each padded window times the kernel, which is not turned over."""
    layer, shape = Convolution(2, 3, padding=1, stride=2), (3, 5, 5)
    module, x = module_and_input(layer, shape)
    padded = np.zeros((BATCH, 3, 7, 7))
    padded[:, :, 1:6, 1:6] = x
    found = module.forward(x, False)
    for n, c, i, j in np.ndindex(BATCH, 2, 3, 3):
        window = padded[n, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        wanted = (window * module.arrays["weight"][c]).sum() + module.arrays["bias"][c]
        assert found[n, c, i, j] == pytest.approx(wanted, rel=1e-12)


def test_ties_of_max_pooling_go_to_the_first():
    """Of equal largest values the first in row-major order gets the gradient, as in the frameworks."""
    module = make_module(MaxPooling(2), ShapedLayer("pool1", MaxPooling(2), (1, 2, 2), (1, 1, 1)))
    module.forward(np.ones((1, 1, 2, 2)), True)
    assert module.backward(np.ones((1, 1, 1, 1))).ravel().tolist() == [1, 0, 0, 0]


def test_relu_has_no_slope_at_zero():
    """The gradient of relu at exactly 0 is 0, as in the frameworks."""
    module = make_module(ReLU(), ShapedLayer("relu1", ReLU(), (3,), (3,)))
    module.forward(np.array([[-1.0, 0.0, 2.0]]), True)
    assert module.backward(np.ones((1, 3))).tolist() == [[0, 0, 1]]


def values_of(layer, values):
    """The outputs and the slopes of a layer for these values."""
    shape = (len(values),)
    module = make_module(layer, ShapedLayer("layer", layer, shape, layer.output_shape(shape)))
    found = module.forward(np.array([values]), True)
    return found[0], module.backward(np.ones_like(found))[0]


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), SiLU(), GELU(), GELU(approximate=True), Softplus(), ELU()])
def test_activations_do_not_overflow(layer):
    """Of inputs as large as 1,000 values and slopes are finite, without a warning of NumPy's, and have their limits."""
    with np.errstate(all="raise", under="ignore"):
        values, slopes = values_of(layer, [-1000.0, 1000.0])
    bounded = isinstance(layer, Sigmoid | Tanh)
    assert values[1] == (1 if bounded else 1000)
    assert values[0] == (-1 if isinstance(layer, Tanh | ELU) else 0)
    assert slopes.tolist() == [0, 0 if bounded else 1]


def test_softplus_is_exact_beyond_20():
    """Where frameworks may take the input itself, log(1 + exp(x)) is still larger."""
    assert values_of(Softplus(), [21.0])[0][0] - 21 == pytest.approx(np.exp(-21), rel=1e-5)


def test_corners_of_leaky_relu_and_elu():
    """At exactly 0 the gradient of leaky ReLU is its slope, and that of ELU its alpha."""
    assert values_of(LeakyReLU(0.25), [0.0])[1].tolist() == [0.25]
    assert values_of(ELU(0.5), [0.0])[1].tolist() == [0.5]


def test_padding_is_never_the_largest():
    """Of negative values around padding the largest is one of them."""
    layer = MaxPooling(3, stride=2, padding=1)
    module = make_module(layer, ShapedLayer("pool1", layer, (1, 3, 3), (1, 2, 2)))
    x = -np.arange(1.0, 10).reshape(1, 1, 3, 3)
    assert module.forward(x, True).ravel().tolist() == [-1, -2, -4, -5]


def test_running_statistics_of_batch_norm():
    """Running statistics move by the share `momentum` towards the batch's mean and biased variance."""
    layer, shape = BatchNorm(momentum=0.25), (3, 4, 4)
    module, x = module_and_input(layer, shape)
    before = {name: array.copy() for name, array in module.arrays.items()}
    module.forward(x, True)
    for channel in range(3):
        values = x[:, channel].ravel()
        mean, variance = values.mean(), ((values - values.mean()) ** 2).mean()
        kept_mean, kept_variance = (0.75 * before[f"running_{key}"][channel] for key in ("mean", "var"))
        assert module.arrays["running_mean"][channel] == pytest.approx(kept_mean + 0.25 * mean)
        assert module.arrays["running_var"][channel] == pytest.approx(kept_variance + 0.25 * variance)


def test_a_response_norm_divides_by_the_mean_of_its_window():
    """alpha multiplies the mean of the squares of `size` channels, 0 for those beyond the first and the last."""
    layer = LocalResponseNorm(3, alpha=0.6, beta=0.75, k=2.0)
    module, _ = module_and_input(layer, (3, 1, 1))
    y = module.forward(np.array([1.0, 2.0, 4.0]).reshape(1, 3, 1, 1), True)
    wanted = [1 / (2 + 0.2 * 5) ** 0.75, 2 / (2 + 0.2 * 21) ** 0.75, 4 / (2 + 0.2 * 20) ** 0.75]
    assert y.ravel() == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("layer", "shape", "together"),
    [
        (LayerNorm(scale=False, shift=False), (4, 3, 2), (4, 3, 2)),
        (LayerNorm(scale=False, shift=False), (3, 5), (5,)),
        (InstanceNorm(scale=False, shift=False), (4, 3, 2), (3, 2)),
        (GroupNorm(2, scale=False, shift=False), (4, 3, 2), (2, 3, 2)),
    ],
    ids=str,
)
def test_what_is_normalized_together(layer, shape, together):
    """Mean 0 and variance 1, but for epsilon: of a sample, a position, a channel, or neighbouring channels."""
    module, x = module_and_input(layer, shape)
    rows = module.forward(x, False).reshape(-1, int(np.prod(together)))
    assert np.allclose(rows.mean(axis=1), 0, atol=1e-12)
    assert np.allclose(rows.var(axis=1), 1, atol=1e-2)
