"""Weights that another program has trained, as a checkpoint that every backend loads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from mnist_compare.architecture import Architecture
from mnist_compare.backend import reference_name
from mnist_compare.errors import DataError, OutputError, UsageError
from mnist_compare.experiment.checkpoint import Header, write_checkpoint
from mnist_compare.experiment.matching import Match, arrays_by_layer, match_arrays
from mnist_compare.experiment.misfits import require_fit
from mnist_compare.export.exporting import require_package
from mnist_compare.export.import_job import Imported, ImportJob, found_matches
from mnist_compare.io.files import is_taken, make_folder
from mnist_compare.recipe import Recipe, Standardize
from mnist_compare.runner.answer import answer_to
from mnist_compare.runner.networks import check_training

BACKENDS: Mapping[str, tuple[str, str]] = {
    ".pt": ("torch", ".pt"),
    ".pth": ("torch", ".pt"),
    ".keras": ("keras", ".keras"),
    ".pdparams": ("paddle", ".pdparams"),
}
"""Whose framework reads a file, and as which of its kinds, by what its name ends in."""
OWN = (".onnx", ".safetensors")
"""What is read without a framework."""


def import_weights(
    file: Path, architecture: Architecture, recipe: Recipe, output: Path, python: Mapping[str, str] | None = None
) -> list[Match]:
    """Write the checkpoint `output` of a network from another program's file, and give which array was taken for which.

    Arrays are matched by name, or, where the names are others, in their order, if all shapes are those of the network.
    Nothing in a file is executed. Raises UsageError for another kind of file, for weights that do not fit, or for an
    output that is there already, DataError for a damaged file.
    """
    check_training(architecture, recipe)
    if recipe.normalization == "standard":
        raise UsageError(
            f"Recipe {recipe.name!r} standardizes pixels by its training images, which {file} does not tell of. Give "
            "--recipe with the numbers: normalization = { mean = 0.1307, std = 0.3081 } are those of MNIST."
        )
    suffix = file.suffix.lower()
    if suffix not in (*BACKENDS, *OWN):
        raise UsageError(f"{file} is of no kind that is imported. Valid: {', '.join((*BACKENDS, *OWN))}.")
    if is_taken(output):
        raise OutputError(f"{output} is there already. Give another file with --output.")
    if not file.is_file():
        raise DataError(f"There is no file {file}.")
    if suffix in BACKENDS:
        return _by_framework(file, architecture, recipe, output, python or {})
    if suffix == ".onnx":
        require_package("onnx", "onnx", "onnx")
        from mnist_compare.export.onnx.weights import read_weights

        weights, matches = read_weights(file, architecture)
    else:
        weights, matches = _from_safetensors(file, architecture)
    make_folder(output.parent, str(output))
    pixels = recipe.normalization
    mean, std = (pixels.mean, pixels.std) if isinstance(pixels, Standardize) else (0.0, 1.0)
    write_checkpoint(output, Header(architecture, recipe, reference_name(), "matched", 0, 0, 0, mean, std), weights, {})
    return matches


def _by_framework(
    file: Path, architecture: Architecture, recipe: Recipe, output: Path, python: Mapping[str, str]
) -> list[Match]:
    backend, kind = BACKENDS[file.suffix.lower()]
    job = ImportJob(backend, str(file.absolute()), kind, architecture, recipe, str(output.absolute()))
    return found_matches(answer_to(job, Imported, python, f"{backend} could not import {file}"))


def _from_safetensors(file: Path, architecture: Architecture) -> tuple[dict[str, NDArray[Any]], list[Match]]:
    try:
        found = load_file(file)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise DataError(f"{file} is no safetensors file, or is damaged: {error}.") from None
    except (TypeError, AttributeError) as error:
        raise DataError(
            f"{file} holds numbers of a type that NumPy has not, such as bfloat16 ({error}). Save it in float32."
        ) from None
    wanted = arrays_by_layer(architecture)
    matches = match_arrays(wanted, found) or []
    arrays = {match.ours: found[match.theirs] for match in matches} or found
    require_fit(f"The weights for {architecture.name!r}", wanted, arrays, "show NAME --json tells names and shapes.")
    return {name: array.astype(np.float32) for name, array in arrays.items()}, matches
