"""What is seen in the images that `predict` is given: their marks, shown and saved."""

import io
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import numpy as np
from PIL import Image

from mnist_compare.cli.standard_input import StandardInput
from mnist_compare.data.image_source import ImageBytes, ImageSource
from mnist_compare.errors import DataError, OutputError
from mnist_compare.io.files import is_taken, make_folder, write_file
from mnist_compare.io.terminal import clean
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.seen import Digit, Seen, is_searched, see_image

MOST_COLUMNS = 80
"""A picture on the terminal is no wider: of a larger image every second, third ... pixel is shown."""
MOST_UNNAMED = 1000
"""So many images without a digit wait, in a batch, for those that have one."""


def see(
    images: Iterable[ImageSource | StandardInput], *, raw: bool, every: bool, data: DataSpec, alone: bool = False
) -> Iterator[Seen]:
    """What is seen in the images, one after another, as `see_image` says. Of a file that holds several images the first
    is read, which is said on stderr. An image that cannot be read has the reason; one that is `alone` raises DataError.
    """
    from mnist_compare.data.preparation import has_several  # which needs SciPy and scikit-image

    for given in images:
        image = ImageBytes(str(given), b"") if isinstance(given, StandardInput) else given
        try:
            image = given.read() if isinstance(given, StandardInput) else given
            yield from see_image(image, raw=raw, every=every, data=data)
        except DataError as error:
            if alone:
                raise
            yield Seen(image, None, None, str(error))
            continue
        if is_searched(data) and has_several(image):
            click.echo(clean(f"{image} holds several images: the first is read."), err=True)


def batches(seen: Iterator[Seen], digits: int) -> Iterator[tuple[list[Seen], bool]]:
    """What is seen in so many at a time that there are so many digits, or images, to be named, and whether these are
    the last. Of marks without a digit many more are in one.
    """
    batch: list[Seen] = []
    left = digits
    for one in seen:
        if left == 0 or len(batch) == MOST_UNNAMED + digits:
            yield batch, False
            batch, left = [], digits
        batch.append(one)
        left -= one.digit is not None
    yield batch, True


def shown(seen: Seen) -> str:
    """A picture of the digit, or of the whole image in gray, for the terminal; nothing where there is none."""
    from mnist_compare.data.preparation import picture

    if seen.digit is None:
        return ""
    gray = seen.digit if seen.digit.ndim == 2 else seen.digit[:3].mean(axis=0).astype(np.uint8)
    step = -(-max(gray.shape) // MOST_COLUMNS)
    return picture(gray[::step, ::step], sys.stdout.encoding or "ascii")


class PreparedFolder:
    """A folder to which each digit is written as a PNG of its size, named after its image."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()

    def save(self, seen: Sequence[Seen]) -> None:
        """Write the digits; raises OutputError before it writes over a file."""
        files = {self._folder / self._free(one): one.digit for one in seen if one.digit is not None}
        taken = [str(path) for path in files if is_taken(path)]
        if taken:
            shown = ", ".join(taken[:5]) + (f" and {len(taken) - 5} more" if len(taken) > 5 else "")
            raise OutputError(f"There is already {shown}. Give another folder to --save-prepared.")
        if files:
            make_folder(self._folder, str(self._folder))
        for path, digit in files.items():
            content = io.BytesIO()
            Image.fromarray(_drawn(digit)).save(content, "PNG")
            write_file(path, content.getvalue())

    def _free(self, seen: Seen) -> str:
        """The file's name for a digit: images of one name in several folders, or of several formats, are numbered.

        So are names that differ in capitals, or in how an accent is written: many a disk takes them for one.
        """
        stem = seen.image.stem + (f"-mark-{seen.mark}" if seen.mark else "")
        name, number = f"{stem}.png", 2
        while (plain := unicodedata.normalize("NFC", name).casefold()) in self._names:
            name, number = f"{stem}-{number}.png", number + 1
        self._names.add(plain)
        return name


def _drawn(image: Digit) -> Digit:
    """A digit, or an image [C, H, W], as Pillow takes it: channels last, of several."""
    if image.ndim == 2:
        return image
    return image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)
