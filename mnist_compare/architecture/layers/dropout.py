"""Dropouts, whose masks the core draws."""

from mnist_compare.architecture.layers.base import Layer, Shape, require_image


class Dropout(Layer, frozen=True, tag="dropout", forbid_unknown_fields=True):
    """Zeroes a share of the values in training and scales the rest by 1 / (1 - rate).

    Options:
        rate: the share, at least 0 and below 1.

    >>> Dropout(0.25)
    Dropout(rate=0.25)
    """

    prefix = "dropout"
    image_by_image = True
    any_order = True
    rate: float

    def output_shape(self, shape: Shape) -> Shape:
        _require_rate(self.rate)
        return shape

    @property
    def mask_rate(self) -> float | None:
        """The share of values that a mask zeroes in training."""
        return self.rate


class ChannelDropout(Layer, frozen=True, tag="channel_dropout", forbid_unknown_fields=True):
    """Zeroes a share of the channels of each image in training, whole, and scales the rest by 1 / (1 - rate).

    Options:
        rate: the share, at least 0 and below 1.

    >>> ChannelDropout(0.25).mask_shape((8, 14, 14))
    (8, 1, 1)
    """

    prefix = "channel_dropout"
    image_by_image = True
    rate: float

    def output_shape(self, shape: Shape) -> Shape:
        _require_rate(self.rate)
        require_image(shape)
        return shape

    @property
    def mask_rate(self) -> float | None:
        """The share of channels that a mask zeroes in training."""
        return self.rate

    def mask_shape(self, shape: Shape) -> Shape:
        return (shape[0], 1, 1)


class StochasticDepth(Layer, frozen=True, tag="stochastic_depth", forbid_unknown_fields=True):
    """Zeroes all values of a share of the images in training, and scales the rest by 1 / (1 - rate).

    At the end of a residual's body it leaves out the body for these images: only what goes around it is left.

    Options:
        rate: the share, at least 0 and below 1.

    >>> StochasticDepth(0.2).mask_shape((8, 14, 14))
    (1, 1, 1)
    """

    prefix = "depth"
    image_by_image = True
    rate: float

    def output_shape(self, shape: Shape) -> Shape:
        _require_rate(self.rate)
        return shape

    @property
    def mask_rate(self) -> float | None:
        """The share of images that a mask zeroes in training."""
        return self.rate

    def mask_shape(self, shape: Shape) -> Shape:
        return (1,) * len(shape)


def _require_rate(rate: float) -> None:
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be at least 0 and below 1 (it is {rate})")
