"""A prepared digit in a terminal, in plain text."""

import numpy as np
from numpy.typing import NDArray

DARK = 96
"""From this gray on a pixel is drawn."""
BLOCKS = " ▄▀█"
PLAIN = " .'#"
"""Two pixels, one above the other, in one character: none, the lower, the upper, both."""


def picture(digit: NDArray[np.uint8], encoding: str) -> str:
    """The image uint8 [H, W] as lines of text in a box, of block characters where the encoding has them."""
    try:
        BLOCKS.encode(encoding)
        letters = BLOCKS
    except (LookupError, UnicodeEncodeError):
        letters = PLAIN
    dark = np.pad((digit >= DARK).astype(int), ((0, len(digit) % 2), (0, 0)))
    edge = f"+{'-' * digit.shape[1]}+"
    rows = ["".join(letters[both] for both in row) for row in 2 * dark[::2] + dark[1::2]]
    return "\n".join([edge, *(f"|{row}|" for row in rows), edge])
