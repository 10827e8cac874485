"""Which images `predict` is asked for: files, those in folders, those of a pattern or a list, and standard input."""

import os
import re
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

import click

from mnist_compare.cli.standard_input import STDIN, StandardInput, require_input
from mnist_compare.data.image_source import SUFFIXES, ImageSource, is_picture
from mnist_compare.errors import UsageError
from mnist_compare.io.terminal import clean


def find_images(given: Sequence[Path], *, recursive: bool = False) -> list[ImageSource | StandardInput]:
    """The images that are meant, in the order given; those of a folder or a pattern in natural order.

    Raises UsageError for a folder or a pattern without any, and for `-` where there is no image to come.
    """
    if given.count(STDIN) > 1:
        raise UsageError("- is given twice, but one image alone can come from standard input. Give it once.")
    return [image for path in given for image in _meant(path, recursive)]


def natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Sorts names as people count: 2.png before 10.png."""
    parts = re.split("([0-9]+)", path.name.casefold())
    return [(len(part.lstrip("0")), part.lstrip("0")) if i % 2 else (0, part) for i, part in enumerate(parts)], str(
        path
    )


def _meant(path: Path, recursive: bool) -> Iterator[ImageSource | StandardInput]:
    if path == STDIN:
        require_input("- reads an image")
        yield StandardInput()
    elif _is_folder(path):
        yield from _in_folder(path, recursive)
    elif has_magic(str(path)) and not os.path.lexists(path):
        found = sorted(map(Path, glob(str(path))), key=natural)  # noqa: PTH207  the pattern may begin anywhere
        if not found:
            raise UsageError(f"Nothing matches {path}. Give image files, a folder of them, or another pattern.")
        for one in found:
            yield from _in_folder(one, recursive) if _is_folder(one) else (one,)
    else:
        yield path


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112  Path.is_dir raises where a name is too long


def _in_folder(folder: Path, recursive: bool) -> list[Path]:
    """The images directly in a folder, or also in those below it; how many other files there are is said on stderr."""
    files = list(_files(folder, recursive))
    images = [path for path in files if is_picture(path)]
    if not images:
        where, remedy = (" in or below it", "") if recursive else (" directly in it", " --recursive looks deeper.")
        raise UsageError(f"The folder {folder} has no image{where} ({', '.join(SUFFIXES)}).{remedy}")
    if others := len(files) - len(images):
        click.echo(clean(f"{folder}: {others} other file{'s' * (others > 1)} skipped."), err=True)
    return images


def _files(folder: Path, recursive: bool) -> Iterator[Path]:
    """Those of a folder, then those of the folders in it; links to folders are not followed."""
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort(key=lambda name: natural(Path(name)))
        if not recursive:
            folders.clear()
        yield from sorted((Path(place, name) for name in names), key=natural)


def _refuse(error: OSError) -> None:
    raise UsageError(f"Cannot look into the folder {error.filename}: {error.strerror}.")
