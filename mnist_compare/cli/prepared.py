"""What is seen in the images that `predict` is given: their marks, shown and saved."""

import io
import os
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from PIL import Image

from mnist_compare.architecture.network import IMAGE_SHAPE
from mnist_compare.data import ImageChanges
from mnist_compare.data.look.pixels import LIGHT_BACKGROUND
from mnist_compare.errors import OutputError
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.io.terminal import clean
from mnist_compare.records.spec import DataSpec

Digit = NDArray[np.uint8]
NO_INK = "no ink found: nothing narrower than half of the image stands out"
NO_DIGIT = "no digit found: there is ink, but not in strokes"
WHICH = "several marks ({count}): which one? --all reads each"


class Seen(NamedTuple):
    """A digit [28, 28], or an image [C, H, W], to be named; or None, and why none is.

    `mark` counts from 1 where an image has several.
    """

    image: Path
    mark: int | None
    digit: Digit | None
    reason: str = ""

    @property
    def name(self) -> str:
        """The image, and which of its marks."""
        return f"{self.image}" if self.mark is None else f"{self.image}, mark {self.mark}"


def see(images: tuple[Path, ...], *, raw: bool, every: bool, data: DataSpec) -> list[Seen]:
    """What is seen in the images: one digit of each that has one mark, with `every` one of each mark.

    Where the `data` that the networks were trained on were of another shape [C, H, W] than digits have, or of classes
    whose names are words, it is the whole image of that shape. Then it is changed as those data were.

    Of a file that holds several images the first is read, which is said on stderr.
    """
    from mnist_compare.data.preparation import (
        has_several,
        raw_digit,
        raw_image,
        read_page,
    )  # which need SciPy and scikit-image

    found: list[Seen] = []
    shape = data.changes.before if data.changes else data.image_shape
    characters = shape == IMAGE_SHAPE and all(len(name) == 1 for name in data.classes)
    for path in images:
        if not characters:
            whole = raw_image(path, *((shape[0], shape[1:]) if shape else (data.image_shape[0], None)))
            found.append(Seen(path, None, data.changes.of(whole[None])[0] if data.changes else whole))
            continue
        seen = [Seen(path, None, raw_digit(path))] if raw else _marks(path, *read_page(path), every)
        found += [one if one.digit is None else one._replace(digit=_like(one.digit, data)) for one in seen]
        if has_several(path):
            click.echo(clean(f"{path} holds several images: the first is read."), err=True)
    return found


def _like(digit: Digit, data: DataSpec) -> Digit:
    """A digit in MNIST's form, light on dark, as the digits of the data are: of their size, and dark on light where
    they are so.
    """
    changes = data.changes or ImageChanges()
    is_light = any(warning.title == LIGHT_BACKGROUND for warning in data.warnings)
    changed: Digit = replace(changes, invert=is_light).of(digit[None, None])[0, 0]
    return changed


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
    from mnist_compare.data.preparation import picture

    return "" if seen.digit is None or seen.digit.ndim == 3 else picture(seen.digit, sys.stdout.encoding or "ascii")


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
