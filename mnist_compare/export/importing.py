"""Weights that another program has trained, as a checkpoint that every backend loads."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from mnist_compare.architecture import Architecture
from mnist_compare.backend import reference_name
from mnist_compare.errors import BackendError, DataError, OutputError, UsageError
from mnist_compare.experiment.checkpoint import Header, write_checkpoint
from mnist_compare.experiment.matching import Match, by_layer, match_arrays
from mnist_compare.experiment.misfits import require_fit
from mnist_compare.export.exporting import require_package
from mnist_compare.export.import_job import Imported, ImportJob, found_matches
from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.recipe import Recipe, Standardize
from mnist_compare.runner.engine import Crash, Setting, run_job
from mnist_compare.runner.engines import open_engine

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
    suffix = file.suffix.lower()
    if suffix not in (*BACKENDS, *OWN):
        raise UsageError(f"{file} is of no kind that is imported. Valid: {', '.join((*BACKENDS, *OWN))}.")
    if output.exists():
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
    pixels = recipe.normalization
    mean, std = (pixels.mean, pixels.std) if isinstance(pixels, Standardize) else (0.0, 1.0)
    write_checkpoint(output, Header(architecture, recipe, reference_name(), "matched", 0, 0, 0, mean, std), weights, {})
    return matches


def _by_framework(
    file: Path, architecture: Architecture, recipe: Recipe, output: Path, python: Mapping[str, str]
) -> list[Match]:
    backend, kind = BACKENDS[file.suffix.lower()]
    interpreter = find_interpreter(backend, python)
    paths = str(file.absolute()), kind, architecture, recipe, str(output.absolute())
    with tempfile.TemporaryDirectory() as place, open_engine() as engine:
        setting = Setting(physical_cores(), Path(place) / "log.txt", interpreter.path)
        ended = run_job(engine, ImportJob(backend, *paths), setting)
    if isinstance(ended, Imported):
        return found_matches(ended)
    reason = ended.reason if isinstance(ended, Crash) else getattr(ended, "reason", "no answer")
    raise BackendError(f"{backend} could not import {file}: {reason}")


def _from_safetensors(file: Path, architecture: Architecture) -> tuple[dict[str, NDArray[Any]], list[Match]]:
    try:
        found = load_file(file)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise DataError(f"{file} is no safetensors file, or is damaged: {error}.") from None
    shapes = architecture.parameters | architecture.statistics
    wanted = {name: shapes[name] for name in by_layer(architecture)}
    matches = match_arrays(wanted, found) or []
    arrays = {match.ours: found[match.theirs] for match in matches} or found
    require_fit(f"The weights for {architecture.name!r}", wanted, arrays, "show NAME --json tells names and shapes.")
    return {name: array.astype(np.float32) for name, array in arrays.items()}, matches
