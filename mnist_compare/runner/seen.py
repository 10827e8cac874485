"""What networks see in an image: its digit in MNIST's form, or the whole image in the form of their data."""

import os
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_compare.architecture.network import IMAGE_SHAPE
from mnist_compare.data import ImageChanges
from mnist_compare.data.image_source import ImageSource
from mnist_compare.data.look.pixels import LIGHT_BACKGROUND
from mnist_compare.records.spec import DataSpec

Digit = NDArray[np.uint8]
NO_INK = "no ink found: nothing narrower than half of the image stands out"
NO_DIGIT = "no digit found: there is ink, but not in strokes"
WHICH = "several marks ({count}): which one? --all reads each"


class Seen(NamedTuple):
    """A digit [28, 28], or an image [C, H, W], to be named; or None, and why none is.

    `mark` counts from 1 where an image has several.
    """

    image: ImageSource
    mark: int | None
    digit: Digit | None
    reason: str = ""

    @property
    def source(self) -> str:
        """The path or name of the image; what no text can hold of a file's name is replaced."""
        return os.fsencode(str(self.image)).decode(errors="replace")

    @property
    def name(self) -> str:
        """The image, and which of its marks."""
        return self.source if self.mark is None else f"{self.source}, mark {self.mark}"


def is_searched(data: DataSpec) -> bool:
    """Whether a digit is looked for in images: the `data` are characters in the shape of MNIST's digits, and their
    classes are called by one character each, or not called at all.
    """
    shape = data.changes.before if data.changes else data.image_shape
    return data.characters and shape == IMAGE_SHAPE and all(len(name) == 1 for name in data.classes)


def see_image(source: ImageSource, *, raw: bool, every: bool, data: DataSpec) -> list[Seen]:
    """What is seen in an image: one digit where it has one mark, with `every` one of each mark; `raw` looks for none.

    Where the `data` that the networks were trained on were of another shape [C, H, W] than digits have, or no
    characters, it is the whole image of that shape. Then it is changed as those data were. Raises DataError for what is
    no image, or is enormous.
    """
    from mnist_compare.data.preparation import raw_digit, raw_image, read_page  # which need SciPy and scikit-image

    if not is_searched(data):
        shape = data.changes.before if data.changes else data.image_shape
        whole = raw_image(source, *((shape[0], shape[1:]) if shape else (data.image_shape[0], None)))
        return [Seen(source, None, data.changes.of(whole[None])[0] if data.changes else whole)]
    seen = [Seen(source, None, raw_digit(source))] if raw else _marks(source, *read_page(source), every)
    return [one if one.digit is None else one._replace(digit=_like(one.digit, data)) for one in seen]


def _like(digit: Digit, data: DataSpec) -> Digit:
    """A digit in MNIST's form, light on dark, as the digits of the data are: of their size, and dark on light where
    they are so.
    """
    changes = data.changes or ImageChanges()
    is_light = any(warning.title == LIGHT_BACKGROUND for warning in data.warnings)
    changed: Digit = replace(changes, invert=is_light).of(digit[None, None])[0, 0]
    return changed


def _marks(source: ImageSource, digits: list[Digit], patches: int, every: bool) -> list[Seen]:
    if not digits:
        return [Seen(source, None, None, NO_DIGIT if patches else NO_INK)]
    if len(digits) == 1:
        return [Seen(source, None, digits[0])]
    if not every:
        return [Seen(source, None, None, WHICH.format(count=len(digits)))]
    return [Seen(source, number, digit) for number, digit in enumerate(digits, 1)]
