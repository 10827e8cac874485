"""Poolings."""

from mnist_compare.architecture.layers.base import Layer, Shape, require_image
from mnist_compare.architecture.layers.windows import Pair, both, pad, require_windows, slide
from mnist_compare.io.bounds import Whole
from mnist_compare.io.fields import written


class MaxPooling(Layer, frozen=True, tag="max_pooling", forbid_unknown_fields=True, omit_defaults=True):
    """The largest value of each `size` x `size` window; windows that do not fit are dropped.

    Padding counts as minus infinity: it is never the largest. Of equal largest values the first, row by row, gets the
    gradient.

    Options:
        size: side of the window, in pixels, or [height, width].
        stride: pixels between windows, or [down, right]. Default: `size`.
        padding: rows and columns on each side, at most half of `size`.

    >>> MaxPooling(2).output_shape((8, 28, 28))
    (8, 14, 14)
    >>> MaxPooling(3, stride=2, padding=1).output_shape((64, 112, 112))
    (64, 56, 56)
    """

    prefix = "pool"
    image_by_image = True
    keeps_constants = True  # the largest value of a window grows by what all of its values grow
    size: Whole | Pair
    stride: Whole | Pair | None = written(None)
    padding: Whole = 0

    @property
    def step(self) -> int | tuple[int, ...]:
        """Distance between windows, in pixels: the stride, which is the size where none is given."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        return _pooled(shape, self.size, self.step, self.padding)


class AveragePooling(Layer, frozen=True, tag="average_pooling", forbid_unknown_fields=True):
    """The mean of each `size` x `size` window; windows that do not fit are dropped.

    Options:
        size: side of the window, in pixels, or [height, width].
        stride: pixels between windows, or [down, right]. Default: `size`.
        padding: rows and columns of zeros on each side, at most half of `size`.
        count_padding: whether these zeros are counted in the mean, as PyTorch does unless told otherwise; if not, the
            mean is that of the pixels of the image in the window.

    >>> AveragePooling(2).output_shape((6, 28, 28))
    (6, 14, 14)
    """

    prefix = "pool"
    image_by_image = True
    size: Whole | Pair
    stride: Whole | Pair | None = None
    padding: Whole = 0
    count_padding: bool = True

    @property
    def keeps_constants(self) -> bool:  # type: ignore[override]
        """Whether the mean of a window grows by what all of its values grow: zeros that are counted do not."""
        return self.padding == 0 or not self.count_padding

    @property
    def step(self) -> int | tuple[int, ...]:
        """Distance between windows, in pixels: the stride, which is the size where none is given."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        return _pooled(shape, self.size, self.step, self.padding)


class AdaptiveAveragePooling(Layer, frozen=True, tag="adaptive_average_pooling", forbid_unknown_fields=True):
    """The means of `size` x `size` bins, into which the image is cut.

    Of a side of n pixels, bin i of k reaches from pixel floor(i n / k) to before pixel ceil((i + 1) n / k): bins
    overlap where k does not divide n.

    Options:
        size: bins along each side, at most its pixels, or [down, right].

    >>> AdaptiveAveragePooling(6).output_shape((256, 13, 13))
    (256, 6, 6)
    """

    prefix = "pool"
    image_by_image = True
    keeps_constants = True
    size: Whole | Pair

    def output_shape(self, shape: Shape) -> Shape:
        require_windows(size=self.size)
        require_image(shape)
        for side, count in zip(shape[1:], both(self.size), strict=True):
            if count > side:
                raise ValueError(f"size must be at most the {side} pixels of a side (it is {count})")
        return (shape[0], *both(self.size))


class GlobalAveragePooling(Layer, frozen=True, tag="global_average_pooling", forbid_unknown_fields=True):
    """The mean of each channel, as an image of one pixel: a flatten makes features of it.

    >>> GlobalAveragePooling().output_shape((512, 7, 7))
    (512, 1, 1)
    """

    prefix = "pool"
    image_by_image = True
    keeps_constants = True

    def output_shape(self, shape: Shape) -> Shape:
        require_image(shape)
        return (shape[0], 1, 1)


def _pooled(shape: Shape, size: int | tuple[int, ...], step: int | tuple[int, ...], padding: int) -> Shape:
    require_windows(size=size, stride=step)
    require_image(shape)
    if 2 * padding > min(both(size)):
        raise ValueError(f"padding must be at most half of size, {min(both(size)) // 2} (it is {padding})")
    sides = pad(shape, (padding, padding, padding, padding))
    return (shape[0], *slide(sides, both(size), both(step)))
