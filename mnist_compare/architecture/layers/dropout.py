"""Dropouts, whose masks the core draws."""

from mnist_compare.architecture.layers.base import Layer, Shape


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
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be at least 0 and below 1 (it is {self.rate})")
        return shape

    @property
    def mask_rate(self) -> float | None:
        """The share of values that a mask zeroes in training."""
        return self.rate
