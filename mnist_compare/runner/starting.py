"""The checkpoint that the runs of a comparison start from: a file, or the trained network of another comparison."""

from pathlib import Path

from mnist_compare.architecture import Architecture
from mnist_compare.data.look import DataWarning
from mnist_compare.errors import UsageError
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.experiment.starting import start_weights
from mnist_compare.io.reading import user_path
from mnist_compare.randomness import initial_weights
from mnist_compare.recipe.normalization import normalization_words
from mnist_compare.records.record import Record, Status, current
from mnist_compare.records.results import read_records
from mnist_compare.records.spec import RunSpec, StartSpec

FOREIGN = (".pt", ".pth", ".keras", ".pdparams", ".onnx")
"""Files of other programs, which `import` makes a checkpoint of."""
NAMED = 3


def find_start(given: str | Path, network: Architecture) -> StartSpec:
    """What a network, fitted to its data, starts from; raises UsageError or DataError where it cannot."""
    path = user_path(given)
    if path.is_dir():
        path = _trained(path, network)
    elif path.suffix.lower() in FOREIGN:
        raise UsageError(
            f"{path} is no checkpoint of mnist_compare. Make one of it: python -m mnist_compare import {path} "
            f"--architecture {network.name} --output {path.stem}.safetensors"
        )
    header, _ = start_weights(path, network, dict(initial_weights(network, 0)))
    return StartSpec(str(path.absolute()), header.sha256)


def start_warning(spec: RunSpec) -> DataWarning | None:
    """What is said where pixels were prepared otherwise for the weights that a run starts from."""
    if spec.start is None:
        return None
    header, _, _ = read_checkpoint(Path(spec.start.source))
    theirs, ours = (normalization_words(recipe.normalization) for recipe in (header.recipe, spec.recipe))
    if theirs == ours:
        return None
    return DataWarning(
        title="Pixels of the weights",
        cause=f"{spec.start.source} was trained with {theirs}, and recipe {spec.recipe.name!r} has {ours}.",
        effect="What its layers have learned they see here on another scale.",
        action="Give a recipe with the same normalization, unless that is meant.",
    )


def _trained(folder: Path, network: Architecture) -> Path:
    """The checkpoint of the one network of that name in the folder of a comparison."""
    records = [record for record in current(read_records(folder)) if record.status is Status.DONE and record.weights]
    if not records:
        raise UsageError(f"In {folder} is no trained network. Give a checkpoint, or the folder of a comparison.")
    found = [record for record in records if record.architecture == network.name]
    if not found:
        there = ", ".join(dict.fromkeys(record.architecture for record in records))
        raise UsageError(f"In {folder} is no trained network {network.name!r}, but {there}. Give a checkpoint.")
    if len(found) > 1:
        paths = "; ".join(str(_place(folder, record)) for record in found[:NAMED])
        raise UsageError(f"In {folder} are {len(found)} trained networks {network.name!r}. Give one of them: {paths}.")
    return _place(folder, found[0])


def _place(folder: Path, record: Record) -> Path:
    return folder / (record.weights or "")
