"""The trained networks of a comparison as files for other programs, each checked once it is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
from safetensors.numpy import load_file, save_file

from mnist_compare.data.normalize import normalize_images
from mnist_compare.errors import OutputError, UsageError
from mnist_compare.experiment.checkpoint import Header, read_checkpoint
from mnist_compare.export.destination import Marker, fill
from mnist_compare.export.evaluated import evaluated_weights
from mnist_compare.export.exporting import Export, require_package
from mnist_compare.export.run import ExportedRun, exported_runs
from mnist_compare.io.reading import user_path
from mnist_compare.records.record import Record, Status, current
from mnist_compare.records.results import read_records
from mnist_compare.runner.prediction_job import Predicted, PredictJob
from mnist_compare.runner.trained_networks import TrainedNetworks

Say = Callable[[str], None]
Check = Callable[[Path, Path, Record, TrainedNetworks, bool], str]

IMAGES = 32
"""How many the network and its file are asked of: noise, which leaves no part of a network alone."""
TOLERANCES = {"float32": 1e-5, "float64": 1e-5, "bfloat16": 5e-2}
"""How far the outputs may be apart, as a share of the largest one, by the precision of the run. Files compute in
float32.
"""


@dataclass(frozen=True)
class Format:
    """What a network is written as: the packages that this needs, what files end in, how one is written from a
    checkpoint, and how it is checked, which gives the words for that.
    """

    modules: tuple[str, ...]
    suffix: str
    write: Callable[[Path, Path, bool], None]
    check: Check


def export_networks(
    comparison: Path,
    to: str,
    output: str | Path | None = None,
    *,
    pixels: bool = False,
    python: Mapping[str, str] | None = None,
    say: Say = lambda line: None,
) -> Export:
    """Write every network of a comparison that was trained to its end in a format of FORMATS, into one folder: by
    default one of the format's name in the comparison's.

    With `pixels` a file takes uint8 pixels, and normalizes them itself. `say` is told of each file. Raises UsageError
    where a package is missing or there is no network, OutputError where a file does not compute what its network does.
    """
    chosen = FORMATS[to]
    for module in chosen.modules:
        require_package(to, module, module)
    if pixels and to != "onnx":
        raise UsageError(f"{to} holds weights alone, which take no pixels. Leave --pixels out, or take --to onnx.")
    records = current(read_records(comparison))
    runs = [run for run in exported_runs(records, ()) if run.record.weights and run.record.status is Status.DONE]
    if not runs:
        raise UsageError(f"{comparison} has no trained network yet: run a comparison with --output {comparison}.")
    networks = TrainedNetworks(comparison, [run.record for run in runs], "cpu", dict(python or {}))
    content = msgspec.json.encode([[run.name, run.record.key, run.record.weights_sha256] for run in runs] + [[pixels]])
    folder = comparison / to if output is None else user_path(output)

    def write(place: Path) -> None:
        for run in runs:
            say(_write(chosen, run, place, networks, pixels=pixels))

    is_new = fill(folder, Marker(to, sha256(content).hexdigest(), len(runs)), write)
    return Export(folder, len(runs), is_new, "")


def _write(chosen: Format, run: ExportedRun, place: Path, networks: TrainedNetworks, *, pixels: bool) -> str:
    checkpoint = networks.folder / (run.record.weights or "")
    path = place / f"{run.network}-{run.name}{chosen.suffix}"
    chosen.write(checkpoint, path, pixels)
    changes = run.record.spec.data.changes
    takes = f"; the network takes images that were {changes}" if changes else ""
    return f"{path.name}: {chosen.check(checkpoint, path, run.record, networks, pixels)}{takes}"


def _write_onnx(checkpoint: Path, path: Path, pixels: bool) -> None:
    from mnist_compare.export.onnx import write_model

    write_model(checkpoint, path, pixels=pixels)


def _check_onnx(checkpoint: Path, path: Path, record: Record, networks: TrainedNetworks, pixels: bool) -> str:
    """That ONNX Runtime computes of noise what the network does, in the framework that has trained it."""
    from mnist_compare.export.onnx.runtime import run_model

    header: Header = read_checkpoint(checkpoint)[0]
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, *header.architecture.input_shape), dtype=np.uint8)
    found = run_model(path, images if pixels else normalize_images(images, header.mean, header.std))
    answer = networks.ask(
        record,
        lambda backend, place: PredictJob(backend, place, images.tolist(), networks.device, record.spec.tuning),
        Predicted,
    )
    wanted = np.array(answer.outputs)
    off = float(np.abs(found - wanted).max() / max(1.0, float(np.abs(wanted).max())))
    most = TOLERANCES[record.spec.recipe.precision]
    if not off <= most:
        raise OutputError(
            f"{path.name} is not kept: ONNX Runtime's outputs are {off:.1e} off those of {record.backend}, where "
            f"{most:.0e} is valid, as a share of the largest one."
        )
    return f"ONNX Runtime's outputs are within {off:.1e} of {record.backend}'s own"


def _write_safetensors(checkpoint: Path, path: Path, pixels: bool) -> None:
    header, weights, state = read_checkpoint(checkpoint)
    told = {"architecture": header.architecture.name, "backend": header.backend, "made_by": "mnist_compare"}
    save_file(evaluated_weights(weights, state), path, metadata=told)


def _check_safetensors(checkpoint: Path, path: Path, record: Record, networks: TrainedNetworks, pixels: bool) -> str:
    """That the arrays are there as they were."""
    _, weights, state = read_checkpoint(checkpoint)
    wanted, found = evaluated_weights(weights, state), load_file(path)
    if wanted.keys() != found.keys() or not all(np.array_equal(wanted[name], found[name]) for name in wanted):
        raise OutputError(f"{path.name} is not kept: it does not hold the weights of the checkpoint.")
    return f"{len(found)} arrays, read again: those of the checkpoint"


FORMATS: Mapping[str, Format] = {
    "onnx": Format(("onnx", "onnxruntime"), ".onnx", _write_onnx, _check_onnx),
    "safetensors": Format((), ".safetensors", _write_safetensors, _check_safetensors),
}
