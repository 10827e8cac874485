"""Shapes, settings and files of convolutions, poolings and activations."""

import msgspec
import pytest

from mnist_compare import (
    ELU,
    AdaptiveAveragePooling,
    Architecture,
    AveragePooling,
    Convolution,
    Flatten,
    LeakyReLU,
    Linear,
    MaxPooling,
    ReLU,
    TransposedConvolution,
)
from mnist_compare.lowering.bias_behind_pooling import pooled_biases
from mnist_compare.lowering.relu_behind_pooling import pool_first


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Convolution(8, [2, 5], stride=[1, 2]), (8, 27, 12)),
        (Convolution(8, 3, dilation=2), (8, 24, 24)),
        (Convolution(8, 4, padding="same", stride=3), (8, 10, 10)),
        (Convolution(8, 3, padding=[2, 0, 1, 3]), (8, 28, 30)),
        (TransposedConvolution(4, 3, padding=1, stride=2, output_padding=1), (4, 56, 56)),
        (MaxPooling(3, stride=2, padding=1), (4, 14, 14)),
        (AveragePooling([2, 4]), (4, 14, 7)),
        (AdaptiveAveragePooling([6, 5]), (4, 6, 5)),
    ],
)
def test_shapes(layer, shape):
    """What comes out of an image of four channels has the shape that the formulas of the pages give."""
    assert layer.output_shape((4, 28, 28)) == shape


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (Convolution(8, [3, 0]), "kernel must be at least 1 (it is 0)"),
        (Convolution(8, [3, 30]), "a window of 3x30 does not fit into 28 (padding included)"),
        (Convolution(8, 3, padding=[1, 1, -1, 1]), "padding must not be negative (it is -1)"),
        (Convolution(8, 3, groups=3), "groups must divide the 4 input channels (it is 3)"),
        (Convolution(6, 3, groups=4), "groups must divide the 6 channels (it is 4)"),
        (Convolution(8, 3, stride=2, dilation=2), "a dilation above 1 needs stride 1"),
        (TransposedConvolution(4, 3, output_padding=1), "output_padding must be at least 0 and less than stride, 1"),
        (TransposedConvolution(4, 3, padding=15), "padding 15 leaves nothing of 30x30 pixels"),
        (MaxPooling(3, padding=2), "padding must be at most half of size, 1 (it is 2)"),
        (AveragePooling([4, 2], padding=2), "padding must be at most half of size, 1 (it is 2)"),
        (AdaptiveAveragePooling(29), "size must be at most the 28 pixels of a side (it is 29)"),
        (LeakyReLU(-0.1), "slope must not be negative (it is -0.1)"),
        (ELU(0.0), "alpha must be above 0 (it is 0.0)"),
    ],
)
def test_settings_that_cannot_be(layer, told):
    """A setting that does not fit is told with the name of its field, what is valid, and what it is."""
    with pytest.raises(ValueError) as caught:
        layer.output_shape((4, 28, 28))
    assert told in str(caught.value)


def test_what_was_written_before_stays_the_same():
    """Settings that came later stand in JSON where they say something alone: older files and their hashes are valid."""
    old = b'{"type":"convolution","channels":8,"kernel":3,"padding":1,"stride":1,"bias":true}'
    assert msgspec.json.encode(Convolution(8, 3, padding=1)) == old
    assert msgspec.json.decode(old, type=Convolution) == Convolution(8, 3, padding=1)
    old = b'{"type":"max_pooling","size":2,"stride":null}'
    assert msgspec.json.encode(MaxPooling(2)) == old
    assert msgspec.json.decode(old, type=MaxPooling) == MaxPooling(2)
    changed = Convolution(8, (3, 5), padding="same", dilation=1, groups=2)
    assert msgspec.json.decode(msgspec.json.encode(changed), type=Convolution) == changed


def test_only_max_poolings_change_places():
    """A bias and a ReLU go behind a padded max pooling, which commutes with both, and behind no average pooling."""
    padded = (Convolution(4, 3), ReLU(), MaxPooling(3, padding=1), Flatten(), Linear(10))
    shaped = pool_first(Architecture("padded", padded).shaped_layers)
    assert [layer.name for layer in shaped[:3]] == ["conv1", "pool1", "relu1"]
    assert pooled_biases(shaped) == {"conv1": "pool1"}
    averaged = (Convolution(4, 3), ReLU(), AveragePooling(3, padding=1), Flatten(), Linear(10))
    shaped = Architecture("averaged", averaged).shaped_layers
    assert pool_first(shaped) == shaped
    assert pooled_biases(shaped) == {}


def test_a_counted_padding_keeps_no_constants():
    """A mean grows by what its values grow unless zeros are counted in it."""
    kept = [AveragePooling(3), AveragePooling(3, padding=1), AveragePooling(3, padding=1, count_padding=False)]
    assert [layer.keeps_constants for layer in kept] == [True, False, True]
