"""What is seen in the images that `predict` is given: their marks, shown and saved."""

import io
import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from PIL import Image

from mnist_compare.data.image_source import ImageSource
from mnist_compare.errors import DataError, OutputError
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.io.terminal import clean
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.seen import Digit, Seen, is_searched, see_image

MOST_COLUMNS = 80
"""A picture on the terminal is no wider: of a larger image every second, third ... pixel is shown."""


def see(images: Sequence[ImageSource], *, raw: bool, every: bool, data: DataSpec) -> list[Seen]:
    """What is seen in the images, as `see_image` says. Of a file that holds several images the first is read, which is
    said on stderr. Raises DataError where the only image cannot be read; of several it is the reason of that one.
    """
    from mnist_compare.data.preparation import has_several  # which needs SciPy and scikit-image

    found: list[Seen] = []
    for image in images:
        try:
            found += see_image(image, raw=raw, every=every, data=data)
        except DataError as error:
            if len(images) == 1:
                raise
            found.append(Seen(image, None, None, str(error)))
            continue
        if is_searched(data) and has_several(image):
            click.echo(clean(f"{image} holds several images: the first is read."), err=True)
    return found


def shown(seen: Seen) -> str:
    """A picture of the digit, or of the whole image in gray, for the terminal; nothing where there is none."""
    from mnist_compare.data.preparation import picture

    if seen.digit is None:
        return ""
    gray = seen.digit if seen.digit.ndim == 2 else seen.digit[:3].mean(axis=0).astype(np.uint8)
    step = -(-max(gray.shape) // MOST_COLUMNS)
    return picture(gray[::step, ::step], sys.stdout.encoding or "ascii")


def save(seen: list[Seen], folder: Path) -> None:
    """Write each digit as a PNG of its size, named after its image; raises OutputError before it writes over a file."""
    files: dict[Path, Digit] = {}
    taken_names: set[str] = set()
    for one in seen:
        if one.digit is not None:
            files[folder / _free(one, taken_names)] = one.digit
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
        Image.fromarray(_drawn(digit)).save(content, "PNG")
        write_file(path, content.getvalue())


def _free(seen: Seen, taken: set[str]) -> str:
    """The file's name for a digit: images of one name in several folders, or of several formats, are numbered.

    So are names that differ in capitals, or in how an accent is written: many a disk takes them for one.
    """
    stem = seen.image.stem + (f"-mark-{seen.mark}" if seen.mark else "")
    name, number = f"{stem}.png", 2
    while (plain := unicodedata.normalize("NFC", name).casefold()) in taken:
        name, number = f"{stem}-{number}.png", number + 1
    taken.add(plain)
    return name


def _drawn(image: Digit) -> Digit:
    """A digit, or an image [C, H, W], as Pillow takes it: channels last, of several."""
    if image.ndim == 2:
        return image
    return image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)
