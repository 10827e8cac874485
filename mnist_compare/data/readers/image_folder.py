"""A folder of images with a folder for each class, or such folders in `train` and `test`."""

from itertools import islice
from pathlib import Path

from mnist_compare.data.image_source import is_picture
from mnist_compare.data.readers.files import entries, named
from mnist_compare.data.readers.labelled import Rows, read_labelled
from mnist_compare.data.readers.reader import ReadData, Reader, ReadOptions
from mnist_compare.errors import DataError
from mnist_compare.recipe.recipe import MAX_CLASSES

PARTS = {
    "train": ("train", "training", "trainingset", "trainingsample"),
    "validation": ("val", "valid", "validation"),
    "test": ("test", "testing", "testset", "testingsample"),
}
"""How the folders of the parts are called, in small letters."""
MOST_IMAGES = 2_000_000


def recognizes(path: Path) -> bool:
    """A folder most of whose folders hold images, or whose `train` or `test` folder is such a one."""
    return path.is_dir() and (_has_classes(path) or any(_has_classes(part) for part in _parts(path).values()))


def _has_classes(folder: Path) -> bool:
    """Many a folder has one with a few images, such as figures, in it: in a data set most have."""
    folders = _visible_folders(folder)
    return 2 * sum(map(_has_picture, folders)) > len(folders)


def images_there(folder: Path) -> str:
    """A sentence on the images in a folder that is no data set, and how they would be one; "" where there are none."""
    loose = sum(map(is_picture, entries(folder)))
    if loose:
        return (
            f"Of the {loose:,} image{'s' * (loose != 1)} in it nobody can tell the class: put those of each class into "
            "a folder, or name image and label in a CSV."
        )
    folders = _visible_folders(folder)
    filled = [each for each in folders if _has_picture(each)]
    if not filled:
        return ""
    verb = "holds" if len(filled) == 1 else "hold"
    return (
        f"Of its {len(folders):,} folders {len(filled):,} {verb} images ({named(filled, 3)}), where a set of images "
        "has a folder for each class. Give a folder with these alone."
    )


def _has_picture(folder: Path) -> bool:
    return any(is_picture(each) for each in islice(folder.iterdir(), 1000))


def _visible_folders(folder: Path) -> list[Path]:
    return [each for each in entries(folder) if each.is_dir() and not each.name.startswith((".", "__"))]


def _parts(folder: Path) -> dict[str, Path]:
    """The folders of the parts, where there is one for training."""
    found: dict[str, Path] = {}
    for each in _visible_folders(folder):
        for part, names in PARTS.items():
            if each.name.lower() in names and not _has_picture(each):
                if part in found:
                    raise DataError(
                        f"{folder} has {found[part].name} and {each.name}: two folders for {part}. Keep one."
                    )
                found[part] = each
    return found if "train" in found else {}


def read(path: Path, options: ReadOptions) -> ReadData:
    """All images below the folders of the classes; what is no image is counted, and named in the notes."""
    notes: list[str] = []
    folders = _parts(path) or {"train": path}
    rows = {part: _rows(folder, notes) for part, folder in folders.items()}
    return read_labelled(str(path), rows, options.changes, notes)


def _rows(folder: Path, notes: list[str]) -> Rows:
    classes = _visible_folders(folder)
    if len(classes) > MAX_CLASSES:
        raise DataError(
            f"{folder} has {len(classes):,} folders, where at most {MAX_CLASSES:,} classes are valid: one folder for "
            "each class."
        )
    loose = [each for each in entries(folder) if is_picture(each)]
    if loose:
        raise DataError(
            f"{folder} has {len(loose):,} images beside the folders of the classes ({named(loose, 3)}), whose class "
            "nobody can tell. Put them into a folder of a class, or take them away."
        )
    rows: list[tuple[Path, str]] = []
    others: list[Path] = []
    for each in classes:
        files = _files(each)
        pictures = [file for file in files if is_picture(file)]
        others += [file for file in files if not is_picture(file)]
        if not pictures:
            held = f"holds {named(files, 3)}" if files else "is empty"
            raise DataError(f"The class folder {each} has no image: it {held}. Put images there, or take it away.")
        rows += [(file, each.name) for file in pictures]
    if others:
        notes.append(f"{len(others):,} files in {folder} are no images, and were left out: {named(others, 3)}.")
    return rows


def _files(folder: Path) -> list[Path]:
    """All files below a class's folder, in the order of their names."""
    found = sorted(islice((each for each in folder.rglob("*") if not each.is_dir()), MOST_IMAGES + 1))
    if len(found) > MOST_IMAGES:
        raise DataError(f"{folder} has more than {MOST_IMAGES:,} files, which are the most that are read.")
    return [each for each in found if not each.name.startswith(".")]


READER = Reader(
    "folders",
    "a folder with a folder of images for each class, or train/ and test/ (and validation/) with such folders: PNG, "
    "JPEG, BMP, GIF, TIFF, WebP and what else Pillow reads",
    recognizes,
    read,
)
