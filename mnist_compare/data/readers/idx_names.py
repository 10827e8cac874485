"""How the four files of a set in the IDX format are called, and where they lie."""

from pathlib import Path

from mnist_compare.data.idx import UNSIGNED_BYTE, read_idx
from mnist_compare.data.readers.files import check_not_foreign
from mnist_compare.data.readers.reader import Images
from mnist_compare.errors import DataError


def spellings(name: str) -> list[str]:
    """The names under which the file is published, plain ones first."""
    dotted = name.replace("-idx", ".idx")
    return [name, dotted, f"{name}.gz", f"{dotted}.gz"]


def find_idx(folder: Path, name: str) -> list[Path]:
    """The files that are there of this name, plain ones first; Kaggle has each in a folder of its own name."""
    places = [folder / spelling for spelling in spellings(name)]
    places += [folder / outer / inner for outer in spellings(name) for inner in spellings(name)]
    return [place for place in places if place.is_file()]


def read_found(folder: Path, name: str, dimensions: int, element: int = UNSIGNED_BYTE) -> Images:
    """The array of the first file of this name; where it is damaged and another one is whole, the error names that."""
    first, *others = find_idx(folder, name)
    try:
        check_not_foreign(first)
        return read_idx(first, dimensions, element=element)
    except DataError as error:
        for other in others:
            try:
                check_not_foreign(other)
                read_idx(other, dimensions, element=element)
            except DataError:
                continue
            raise DataError(
                f"{str(error).rstrip('.')}. {other} is whole: take the damaged file away, and that one is read."
            ) from None
        raise
