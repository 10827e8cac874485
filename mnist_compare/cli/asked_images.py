"""Which images `predict` is asked for: files, those in folders, those that a pattern finds, and standard input."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

import click

from mnist_compare.data.image_source import MAX_FILE_BYTES, ImageBytes, ImageSource
from mnist_compare.errors import DataError, UsageError
from mnist_compare.io.terminal import clean

STDIN = Path("-")
SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""How files are called that are images, in a folder."""


def find_images(given: Sequence[Path]) -> list[ImageSource]:
    """The images that are meant, in the order given; those of a folder or a pattern in natural order.

    Raises UsageError for a folder or a pattern without any, and for `-` where there is no image to come.
    """
    if given.count(STDIN) > 1:
        raise UsageError("- is given twice, but one image alone can come from standard input. Give it once.")
    return [image for path in given for image in _meant(path)]


def natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Sorts names as people count: 2.png before 10.png."""
    parts = re.split("([0-9]+)", path.name.casefold())
    return [(len(part.lstrip("0")), part.lstrip("0")) if i % 2 else (0, part) for i, part in enumerate(parts)], str(
        path
    )


def _meant(path: Path) -> Iterator[ImageSource]:
    if path == STDIN:
        yield _from_stdin()
    elif _is_folder(path):
        yield from _in_folder(path)
    elif has_magic(str(path)) and not os.path.lexists(path):
        found = sorted(map(Path, glob(str(path))), key=natural)  # noqa: PTH207  the pattern may begin anywhere
        if not found:
            raise UsageError(f"Nothing matches {path}. Give image files, a folder of them, or another pattern.")
        for one in found:
            yield from _in_folder(one) if _is_folder(one) else (one,)
    else:
        yield path


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112  Path.is_dir raises where a name is too long


def _in_folder(folder: Path) -> list[Path]:
    """The images directly in a folder; how many other files there are is said on stderr."""
    try:
        files = [path for path in folder.iterdir() if not _is_folder(path)]
    except OSError as error:
        raise UsageError(f"Cannot look into the folder {folder}: {error.strerror}.") from None
    images = sorted((path for path in files if path.name.lower().endswith(SUFFIXES)), key=natural)
    if not images:
        raise UsageError(f"The folder {folder} has no image directly in it ({', '.join(SUFFIXES)}).")
    if others := len(files) - len(images):
        click.echo(clean(f"{folder}: {others} other file{'s' * (others > 1)} skipped."), err=True)
    return images


def _from_stdin() -> ImageBytes:
    """The image on standard input; raises UsageError where that is a terminal, and DataError where it is too large."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("- reads an image from standard input, which is a terminal here. Use < FILE, or a pipe.")
    try:
        content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise DataError(f"Cannot read standard input: {error.strerror or error}.") from None
    if len(content) > MAX_FILE_BYTES:
        raise DataError(f"Standard input has more than {MAX_FILE_BYTES:,} bytes, which are the most that are read.")
    return ImageBytes("stdin", content)
