"""What is seen in the images that `predict` is given: their marks, shown and saved."""

import io
import os
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_compare.errors import OutputError
from mnist_compare.files import make_folder, write_file

Digit = NDArray[np.uint8]
NO_INK = "no ink found"
NO_DIGIT = "no digit found: there is ink, but not in strokes"
WHICH = "several marks ({count}): which one? --all reads each"


class Seen(NamedTuple):
    """A digit [28, 28] to be named; or None, and why none is. `mark` counts from 1 where an image has several."""

    image: Path
    mark: int | None
    digit: Digit | None
    reason: str = ""

    @property
    def name(self) -> str:
        """The image, and which of its marks."""
        return f"{self.image}" if self.mark is None else f"{self.image}, mark {self.mark}"


def see(images: tuple[Path, ...], *, raw: bool, every: bool) -> list[Seen]:
    """What is seen in the images: one digit of each that has one mark, with `every` one of each mark."""
    from mnist_compare.preparation import raw_digit, read_page  # which need SciPy and scikit-image

    if raw:
        return [Seen(path, None, raw_digit(path)) for path in images]
    return [seen for path in images for seen in _marks(path, *read_page(path), every)]


def _marks(path: Path, digits: list[Digit], patches: int, every: bool) -> list[Seen]:
    if not digits:
        return [Seen(path, None, None, NO_DIGIT if patches else NO_INK)]
    if len(digits) == 1:
        return [Seen(path, None, digits[0])]
    if not every:
        return [Seen(path, None, None, WHICH.format(count=len(digits)))]
    return [Seen(path, number, digit) for number, digit in enumerate(digits, 1)]


def shown(seen: Seen) -> str:
    """A picture of the digit for the terminal; nothing where there is none."""
    from mnist_compare.preparation import picture

    return "" if seen.digit is None else picture(seen.digit, sys.stdout.encoding or "ascii")


def save(seen: list[Seen], folder: Path) -> None:
    """Write each digit as a PNG of 28x28, named after its image; raises OutputError before it writes over a file."""
    files: dict[Path, Digit] = {}
    for one in seen:
        if one.digit is not None:
            files[_free(folder, one, files)] = one.digit
    try:
        taken = [str(path) for path in files if os.path.lexists(path)]
    except ValueError as error:  # a null character in the path
        raise OutputError(f"Cannot write to {str(folder)!r}: {error}.") from None
    if taken:
        shown = ", ".join(taken[:5]) + (f" and {len(taken) - 5} more" if len(taken) > 5 else "")
        raise OutputError(f"There is already {shown}. Give another folder to --save-prepared.")
    if not files:
        return
    make_folder(folder, str(folder))
    for path, digit in files.items():
        content = io.BytesIO()
        Image.fromarray(digit).save(content, "PNG")
        write_file(path, content.getvalue())


def _free(folder: Path, seen: Seen, taken: dict[Path, Digit]) -> Path:
    """The file for a digit: images of the same name in several folders, or of several formats, are numbered."""
    name = seen.image.stem + (f"-mark-{seen.mark}" if seen.mark else "")
    path, number = folder / f"{name}.png", 2
    while path in taken:
        path, number = folder / f"{name}-{number}.png", number + 1
    return path
