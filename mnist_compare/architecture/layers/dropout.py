"""Dropouts, whose masks the core draws."""

from mnist_compare.architecture.layers.base import Layer, Shape, require_image


class _Dropped(Layer, frozen=True):
    """Zeroes a share of something, which the shape of its mask says, and scales the rest."""

    image_by_image = True
    rate: float

    def output_shape(self, shape: Shape) -> Shape:
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be at least 0 and below 1 (it is {self.rate})")
        return shape

    @property
    def mask_rate(self) -> float | None:
        """The share that a mask zeroes in training."""
        return self.rate


class Dropout(_Dropped, frozen=True, tag="dropout", forbid_unknown_fields=True):
    """Zeroes a share of the values in training and scales the rest by 1 / (1 - rate).

    Options:
        rate: the share, at least 0 and below 1.

    >>> Dropout(0.25)
    Dropout(rate=0.25)
    """

    prefix = "dropout"
    any_order = True


class ChannelDropout(_Dropped, frozen=True, tag="channel_dropout", forbid_unknown_fields=True):
    """Zeroes a share of the channels of each image in training, whole, and scales the rest by 1 / (1 - rate).

    Options:
        rate: the share, at least 0 and below 1.

    >>> ChannelDropout(0.25).mask_shape((8, 14, 14))
    (8, 1, 1)
    """

    prefix = "channel_dropout"

    def output_shape(self, shape: Shape) -> Shape:
        require_image(super().output_shape(shape))
        return shape

    def mask_shape(self, shape: Shape) -> Shape:
        return (shape[0], 1, 1)


class StochasticDepth(_Dropped, frozen=True, tag="stochastic_depth", forbid_unknown_fields=True):
    """Zeroes all values of a share of the images in training, and scales the rest by 1 / (1 - rate).

    At the end of a residual's body it leaves out the body for these images: only what goes around it is left.

    Options:
        rate: the share, at least 0 and below 1.

    >>> StochasticDepth(0.2).mask_shape((8, 14, 14))
    (1, 1, 1)
    """

    prefix = "depth"

    def mask_shape(self, shape: Shape) -> Shape:
        return (1,) * len(shape)
