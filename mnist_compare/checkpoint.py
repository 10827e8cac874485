"""Checkpoints: safetensors files in the canonical layout, so that one backend's file loads in any other.

A file is a pure function of the run: the same training writes the same bytes.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mnist_compare.architecture import Architecture, Shape
from mnist_compare.errors import DataError, OutputError
from mnist_compare.mode import Mode
from mnist_compare.recipe import Recipe, slot_names

HEADER = "mnist_compare"
OPTIMIZER = "optimizer/"
Arrays = dict[str, NDArray[Any]]


class Header(msgspec.Struct, frozen=True):
    """What a checkpoint is of. `mean` and `std` are what the pixels (0 to 1) were normalized with."""

    architecture: Architecture
    recipe: Recipe
    backend: str
    mode: Mode
    seed: int
    epoch: int
    step: int
    mean: float
    std: float


def write_checkpoint(path: Path, header: Header, weights: Arrays, optimizer_state: Arrays) -> str:
    """Write the file (temporary name, flush, rename) and give its SHA-256."""
    tensors = weights | {OPTIMIZER + name: array for name, array in optimizer_state.items()}
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(contiguous, temporary, metadata={HEADER: msgspec.json.encode(header).decode()})
        with temporary.open("rb") as file:
            digest = sha256()
            while block := file.read(1 << 20):
                digest.update(block)
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, SafetensorError) as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OutputError(f"Cannot write the checkpoint {path}: {error}.") from None
    return digest.hexdigest()


def read_checkpoint(path: Path) -> tuple[Header, Arrays, Arrays]:
    """Header, weights and optimizer state of a file; raises DataError when it is no whole checkpoint."""
    try:
        with safe_open(path, framework="numpy") as file:
            header = msgspec.json.decode((file.metadata() or {}).get(HEADER, ""), type=Header)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dict: a file handle)
    except OSError as error:
        raise DataError(f"Cannot read the checkpoint {path}: {error.strerror or error}.") from None
    except (SafetensorError, msgspec.DecodeError) as error:
        raise DataError(f"{path} is no checkpoint of mnist_compare, or is damaged: {error}.") from None
    weights = {name: array for name, array in arrays.items() if not name.startswith(OPTIMIZER)}
    state = {name.removeprefix(OPTIMIZER): array for name, array in arrays.items() if name.startswith(OPTIMIZER)}
    architecture = header.architecture
    _check_shapes(path, f"weights of {architecture.name!r}", architecture.parameters | architecture.statistics, weights)
    if state or header.step:
        slots = slot_names(header.recipe.optimizer)
        wanted = {f"{name}.{slot}": shape for name, shape in architecture.parameters.items() for slot in slots}
        _check_shapes(path, f"optimizer state of {architecture.name!r}", wanted, state)
    return header, weights, state


def _check_shapes(path: Path, what: str, wanted: dict[str, Shape], arrays: Arrays) -> None:
    found = {name: array.shape for name, array in arrays.items()}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        first = wrong[0]
        raise DataError(
            f"{path} does not hold the {what}: {first} is {found.get(first, 'missing')} in the file, "
            f"{wanted.get(first, 'missing')} in the network."
        )
