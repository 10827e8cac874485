"""Activations: functions of each value alone."""

from mnist_compare.architecture.layers.base import Layer


class ReLU(Layer, frozen=True, tag="relu", forbid_unknown_fields=True):
    """max(x, 0), of inputs of any shape.

    >>> ReLU().output_shape((8, 14, 14))
    (8, 14, 14)
    """

    prefix = "relu"
    image_by_image = True
    any_order = True
