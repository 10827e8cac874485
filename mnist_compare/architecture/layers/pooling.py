"""Poolings."""

from mnist_compare.architecture.layers.base import Layer, Shape, require_image, require_positive, slide
from mnist_compare.io.bounds import Whole


class MaxPooling(Layer, frozen=True, tag="max_pooling", forbid_unknown_fields=True):
    """The largest value of each `size` x `size` window; windows that do not fit are dropped.

    Options:
        size: side of the window, in pixels.
        stride: pixels between windows. Default: `size`.

    >>> MaxPooling(2).output_shape((8, 28, 28))
    (8, 14, 14)
    """

    prefix = "pool"
    image_by_image = True
    keeps_constants = True  # the largest value of a window grows by what all of its values grow
    size: Whole
    stride: Whole | None = None

    @property
    def step(self) -> int:
        """Distance between windows, in pixels: the stride, which is the size where none is given."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(size=self.size, stride=self.step)
        require_image(shape)
        return (shape[0], *(slide(side, self.size, self.step) for side in shape[1:]))
