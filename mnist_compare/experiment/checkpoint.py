"""Checkpoints: safetensors files in the canonical layout, so that one backend's file loads in any other.

A file is a pure function of the run: the same training writes the same bytes. Its header holds a checksum of all
that the file holds, so that a single wrong bit is noticed.
"""

import mmap
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mnist_compare.architecture import Architecture, Shape
from mnist_compare.architecture.freezing import trained_parameters
from mnist_compare.errors import DataError, OutputError
from mnist_compare.io.bounds import Count, Real, Seed
from mnist_compare.io.decoding import decode_json
from mnist_compare.io.fields import written
from mnist_compare.io.files import is_taken, replacing
from mnist_compare.io.reading import file_size
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.mode import Mode

HEADER = "mnist_compare"
OPTIMIZER = "optimizer/"
MAX_CHECKPOINT_BYTES = 8_000_000_000
MAX_HEADER_BYTES = 10_000_000
NO_CHECKSUM = "0" * 64
BEFORE_CHECKSUM = b'\\"sha256\\":\\"'  # how the field's name stands in the file: JSON within JSON
BLOCK = 1 << 20
TYPES = ("F32", "F64")
ArrayDict = dict[str, NDArray[Any]]
Value = TypeVar("Value")


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a checkpoint is of. `mean` and `std` are what the pixels (0 to 1) were normalized with: numbers,
    or one for each channel.

    `epoch` and `step` are how many are done in all, `epoch_steps` how many of the epoch under way. `sha256` is the
    checksum of the file, taken while zeros stand in its place. `validation_losses` are those after the epochs that are
    done, where the schedule goes by them, `monitored` what early stopping goes by, less being better; without any, a
    file says nothing of them.
    """

    architecture: Architecture
    recipe: Recipe
    backend: str
    mode: Mode
    seed: Seed
    epoch: Count
    step: Count
    mean: Real | tuple[Real, ...]
    std: Real | tuple[Real, ...]
    epoch_steps: Count = written(0)
    sha256: str = written(NO_CHECKSUM)
    validation_losses: tuple[Real, ...] = ()
    monitored: tuple[Real, ...] = ()

    @property
    def progress(self) -> dict[str, Any]:
        """How far the training had come, by the fields of TrainingState."""
        return {name: getattr(self, name) for name in ("epoch", "step", "validation_losses", "monitored")}


def write_checkpoint(path: Path, header: Header, weights: ArrayDict, optimizer_state: ArrayDict) -> str:
    """Write the file (temporary name, flush, rename) and give its SHA-256. Its folder must be there."""
    header = msgspec.structs.replace(header, sha256=NO_CHECKSUM)
    tensors = weights | {OPTIMIZER + name: array for name, array in optimizer_state.items()}
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    try:
        with replacing(path) as temporary:
            save_file(contiguous, temporary, metadata={HEADER: msgspec.json.encode(header).decode()})
            digest = _seal(temporary)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"Cannot write the checkpoint {path}: {getattr(error, 'strerror', None) or error}.") from None
    return digest


def require_replaceable(path: Path) -> None:
    """Raise OutputError for what no checkpoint may take the place of: whatever is there and is no checkpoint itself."""
    try:
        if not is_taken(path) or (path.is_file() and _checksum_place(path) is not None):
            return
    except OSError as error:
        raise OutputError(f"Cannot write the checkpoint {path}: {error.strerror or error}.") from None
    raise OutputError(
        f"{path} is there already and is no checkpoint of mnist_compare: it is not written over. Give another path, or "
        "take it away."
    )


def read_checkpoint(path: Path) -> tuple[Header, ArrayDict, ArrayDict]:
    """Header, weights and optimizer state of a file; raises DataError when it is no whole checkpoint."""
    _verify(path)
    try:
        with safe_open(path, framework="numpy") as file:
            header = decode_json((file.metadata() or {}).get(HEADER, ""), Header)
            _check_declared(path, header, {name: file.get_slice(name) for name in file.keys()})  # noqa: SIM118
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dict: a file handle)
    except OSError as error:
        raise DataError(f"Cannot read the checkpoint {path}: {error.strerror or error}.") from None
    except (SafetensorError, msgspec.DecodeError, RecursionError) as error:
        raise DataError(f"{path} is no checkpoint of mnist_compare, or is damaged: {error}.") from None
    weights, state = _parts(arrays)
    return header, weights, state


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _seal(path: Path) -> str:
    """Put the checksum into a file that has zeros in its place, and give the SHA-256 of the whole."""
    place = _checksum_place(path)
    if place is None:
        raise OutputError(f"Cannot write the checkpoint {path}: no place for its checksum.")
    digest = file_sha256(path)
    with path.open("r+b") as file:
        file.seek(place)
        file.write(digest.encode())
    return file_sha256(path)


def _verify(path: Path) -> None:
    """Raise DataError unless the file's checksum is right."""
    try:
        file_size(path, MAX_CHECKPOINT_BYTES)
        place = _checksum_place(path)
        if place is None:
            raise DataError(f"{path} is no checkpoint of mnist_compare, or is damaged: it has no checksum.")
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            end = place + len(NO_CHECKSUM)
            digest = sha256(content[:place] + NO_CHECKSUM.encode())
            for start in range(end, len(content), BLOCK):
                digest.update(content[start : start + BLOCK])
            right = content[place:end] == digest.hexdigest().encode()
    except OSError as error:
        raise DataError(f"Cannot read the checkpoint {path}: {error.strerror or error}.") from None
    if not right:
        raise DataError(f"{path} is no checkpoint of mnist_compare, or is damaged: its checksum is wrong.")


def _checksum_place(path: Path) -> int | None:
    """Where in the file its checksum stands; None where it has none."""
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        found = file.read(min(length, MAX_HEADER_BYTES)).find(BEFORE_CHECKSUM)
    place = len(start) + found + len(BEFORE_CHECKSUM)
    return place if found >= 0 and place + len(NO_CHECKSUM) <= len(start) + length else None


def _check_declared(path: Path, header: Header, slices: dict[str, Any]) -> None:
    """Before any array is read: that all are there and no others, of the shapes that the network has, and floats."""
    architecture = header.architecture
    weights, state = _parts({name: tuple(piece.get_shape()) for name, piece in slices.items()})
    _check_shapes(path, f"weights of {architecture.name!r}", architecture.parameters | architecture.statistics, weights)
    if state or header.step:
        slots, trained = header.recipe.slots, trained_parameters(architecture, header.recipe.freeze)
        wanted = {f"{name}.{slot}": shape for name, shape in trained.items() for slot in slots}
        _check_shapes(path, f"optimizer state of {architecture.name!r}", wanted, state)
    for name, piece in slices.items():
        if piece.get_dtype() not in TYPES:
            raise DataError(f"{path}: {name} is of type {piece.get_dtype()}, where {' and '.join(TYPES)} are valid.")


def _parts(found: dict[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """What is of the weights, and what of the optimizer, by the names that they have there."""
    weights = {name: value for name, value in found.items() if not name.startswith(OPTIMIZER)}
    state = {name.removeprefix(OPTIMIZER): value for name, value in found.items() if name.startswith(OPTIMIZER)}
    return weights, state


def _check_shapes(path: Path, what: str, wanted: dict[str, Shape], found: dict[str, Shape]) -> None:
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        first = wrong[0]
        raise DataError(
            f"{path} does not hold the {what}: {first} is {found.get(first, 'missing')} in the file, "
            f"{wanted.get(first, 'missing')} in the network."
        )
