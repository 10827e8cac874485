"""Images that people have, made into what the networks were trained on: 28x28, white ink on black, as MNIST is.

The steps, each in its file: read the file (`file`), find what is ink (`ink`, on the ground that `ground` knows), join
it into marks (`marks`), and bring each into MNIST's form (`form`, with strokes as wide as MNIST's: `strokes`). SciPy
and scikit-image are needed here alone, so nothing of the training imports this package.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.image_source import ImageSource
from mnist_compare.data.preparation.file import TooManyPixels, has_several, read_image
from mnist_compare.data.preparation.form import in_form
from mnist_compare.data.preparation.ink import find_ink
from mnist_compare.data.preparation.marks import find_marks
from mnist_compare.data.preparation.picture import picture
from mnist_compare.data.preparation.raw import raw_digit, raw_image

__all__ = [
    "Page",
    "TooManyPixels",
    "has_several",
    "picture",
    "raw_digit",
    "raw_image",
    "read_page",
]


class Page(NamedTuple):
    """What is on a page: `digits`, in reading order, each uint8 [28, 28], 0 background to 255 ink; and how many
    `patches` of ink there are beside them, that have not the strokes of a digit.
    """

    digits: list[NDArray[np.uint8]]
    patches: int


def read_page(source: ImageSource) -> Page:
    """What is on the page of an image file: one digit, whatever stands loose from it, is one.

    Raises DataError for a file that is no image, or is enormous.
    """
    ink = find_ink(read_image(source))
    if ink is None:
        return Page([], 0)
    found = [in_form(ink, mark) for mark in find_marks(ink.mask)]
    digits = [digit for digit in found if digit is not None]
    return Page(digits, len(found) - len(digits))
