"""Where data sets come from: the embedded MNIST, a folder of IDX files, an .npz file."""

import zipfile
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.classes import ClassNames, check_class_names, read_class_names
from mnist_compare.data.dataset import Dataset
from mnist_compare.data.idx import MAX_BYTES, read_idx
from mnist_compare.errors import DataError, UsageError, unknown
from mnist_compare.io.reading import dangling_link, file_size, read_file, user_path

MNIST = "mnist"
MNIST_FINGERPRINT = "4179b8b097b10108fac920cf2f101433b422e0e6d2a6b82fa5584387edfd4322"
"""`Dataset.fingerprint` of MNIST, which users may also have as files of their own."""

MNIST_FOLDER = Path(__file__).parent / "mnist"
EMBEDDED_SHA256 = {
    "train-images-idx3-ubyte.gz": "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
    "train-labels-idx1-ubyte.gz": "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
    "t10k-images-idx3-ubyte.gz": "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
    "t10k-labels-idx1-ubyte.gz": "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
}
"""SHA-256 of the files of this package as they lie there: neither in what they hold nor in the header of gzip may a bit
be wrong."""

MAX_EMBEDDED_BYTES = 20_000_000

IDX_DIMENSIONS = {
    "train-images-idx3-ubyte": 3,
    "train-labels-idx1-ubyte": 1,
    "t10k-images-idx3-ubyte": 3,
    "t10k-labels-idx1-ubyte": 1,
}
MAX_NAMED = 20
NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")
NAMES_KEY = "classes"
VALID_SOURCES = (
    MNIST,
    "a folder with the four IDX files",
    f"an .npz file with {', '.join(NPZ_KEYS)}",
)


def load_dataset(source: str | Path = MNIST) -> Dataset:
    """The data set of `source`: `"mnist"`, a folder with the four IDX files, or an .npz file.

    The embedded MNIST is verified bit by bit, other sets by structure. A folder that is itself
    called mnist is given as `./mnist`, or as a Path. The `source` of a data set from a path is the absolute
    path. Raises UsageError for a source that is none of the three, DataError for one that is damaged.

    >>> load_dataset("mnist").train_images.shape
    (60000, 28, 28)
    """
    if source == MNIST:
        return read_embedded(MNIST_FOLDER)
    path = user_path(source)
    try:
        path = path.absolute()
        if source != "" and path.is_dir():
            return read_folder(path, str(path))
        if path.is_file() and path.suffix.lower() == ".npz":
            return read_npz(path)
        exists = path.exists()
    except OSError as error:
        raise UsageError(f"Cannot read the data set {path}: {error.strerror}. Give a readable path.") from None
    hint = "It exists, but is neither." if exists and source != "" else "No file or folder has that name."
    if link := dangling_link(path):
        hint = f"{link}."
    raise unknown("data set", str(source), VALID_SOURCES, hint)


def read_embedded(folder: Path) -> Dataset:
    """The MNIST of this package, from its folder; raises DataError where a single bit of the files is wrong."""
    arrays = []
    for name, expected in EMBEDDED_SHA256.items():
        path = folder / name
        try:
            found = sha256(read_file(path, MAX_EMBEDDED_BYTES)).hexdigest()
        except OSError as error:
            raise DataError(f"Cannot read {path}: {error.strerror}. Install mnist-compare again.") from None
        if found != expected:
            raise DataError(
                f"{path} is damaged: its SHA-256 is {found}, where {expected} is valid. Install mnist-compare again."
            )
        # These very files: `read_folder` would prefer an unpacked one beside them, which nobody has looked at.
        arrays.append(read_idx(path, IDX_DIMENSIONS[path.stem]))
    train_images, train_labels, test_images, test_labels = arrays
    dataset = Dataset(MNIST, train_images, train_labels, test_images, test_labels)
    vars(dataset)["fingerprint"] = MNIST_FINGERPRINT  # whose every bit was just looked at
    return dataset


def read_folder(folder: Path, source: str) -> Dataset:
    """The data set of the four IDX files in `folder`, with the names of its classes where a file there has them; raises
    DataError when a file is missing or damaged.
    """
    paths = {name: _find(folder, name) for name in IDX_DIMENSIONS}
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        looked = "; ".join(", ".join(_spellings(name)) for name in missing)
        raise DataError(
            f"Folder {folder} lacks {len(missing)} of the four IDX files: {', '.join(missing)}. Looked for {looked}. "
            "Put the missing files there."
        )
    arrays = [read_idx(path, IDX_DIMENSIONS[name]) for name, path in paths.items() if path is not None]
    train_images, train_labels, test_images, test_labels = arrays
    classes = read_class_names(folder)
    return Dataset(source, train_images, train_labels, test_images, test_labels, classes=classes)


def _find(folder: Path, name: str) -> Path | None:
    return next((folder / spelling for spelling in _spellings(name) if (folder / spelling).is_file()), None)


def _spellings(name: str) -> list[str]:
    """The names under which the file is published, plain ones first."""
    dotted = name.replace("-idx", ".idx")
    return [name, dotted, f"{name}.gz", f"{dotted}.gz"]


def read_npz(path: Path) -> Dataset:
    """The data set of an .npz file with x_train, y_train, x_test and y_test, as Dataset.from_arrays takes them.

    It may have `classes` too, an array of ten texts.

    Raises DataError when a key is missing, an array is pickled, or the file is damaged or too large.
    """
    try:
        file_size(path, MAX_BYTES)
        with zipfile.ZipFile(path) as archive:
            _check_members(path, archive)
            arrays = [_read_member(path, archive, key) for key in NPZ_KEYS]
            names = _read_names(path, archive)
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. Give a readable .npz file.") from None
    # For damaged bytes zipfile raises exceptions of many kinds, NotImplementedError and UnicodeDecodeError among them.
    except Exception as error:
        raise DataError(f"{path} is a damaged .npz file: {error}. Make or download it again.") from None
    return Dataset.from_arrays(arrays[0], arrays[1], arrays[2], arrays[3], source=str(path), classes=names)


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    missing = [key for key in NPZ_KEYS if f"{key}.npy" not in names]
    if missing:
        held = ", ".join(name.removesuffix(".npy") for name in names[:MAX_NAMED])
        raise DataError(
            f"{path} lacks {', '.join(missing)}; it holds {held or 'nothing'}. "
            f"Save it with np.savez under the names {', '.join(NPZ_KEYS)}."
        )
    read = (*NPZ_KEYS, *([NAMES_KEY] if f"{NAMES_KEY}.npy" in names else []))
    total = sum(archive.getinfo(f"{key}.npy").file_size for key in read)
    if total > MAX_BYTES:
        raise DataError(
            f"{path} announces {total:,} bytes, but at most {MAX_BYTES:,} are read. Save its arrays as uint8."
        )


def _read_names(path: Path, archive: zipfile.ZipFile) -> ClassNames:
    if f"{NAMES_KEY}.npy" not in archive.namelist():
        return ()
    array = _read_member(path, archive, NAMES_KEY)
    if array.dtype.kind != "U" or array.ndim != 1:
        raise DataError(f"{path}: {NAMES_KEY} is of type {array.dtype}, where ten texts are valid.")
    return check_class_names(f"{path}: {NAMES_KEY}", array.tolist())


def _read_member(path: Path, archive: zipfile.ZipFile, key: str) -> NDArray[Any]:
    info = archive.getinfo(f"{key}.npy")
    try:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("it is compressed in another way than NumPy does it")
        with archive.open(info) as stream:
            array, rest = _read_array(stream, info.file_size), stream.read(1)
    # So do zlib and NumPy's parser, KeyError, RuntimeError and TokenError among them.
    except Exception as error:
        raise DataError(
            f"{path}: {key} cannot be read: {error}. Save it with np.savez as an array of integers."
        ) from None
    if rest:
        raise DataError(f"{path}: {key} is too long: bytes follow the array. Save it again with np.savez.")
    return array


def _read_array(stream: IO[bytes], size: int) -> NDArray[Any]:
    """The array of a member of `size` bytes; raises ValueError before it takes memory for more than these."""
    if np.lib.format.read_magic(stream) != (1, 0):  # a header of version 2 may be of gigabytes
        raise ValueError("it is of another version of the .npy format than an array of integers")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are not read (allow_pickle=False)")
    announced = prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or announced > size:
        raise ValueError(f"its header announces {announced:,} bytes, where the file has {size:,} for it")
    flat = np.frombuffer(stream.read(announced), dtype)
    return flat.reshape(shape, order="F" if by_columns else "C")
