"""The trained networks of a comparison as files for other programs, each checked once it is written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
from safetensors.numpy import load_file, save

from mnist_compare.data.normalize import normalize_images
from mnist_compare.errors import OutputError, UsageError
from mnist_compare.export.destination import Marker, fill
from mnist_compare.export.exporting import Export, require_package
from mnist_compare.export.native import write_native
from mnist_compare.export.network_file import NetworkFile
from mnist_compare.export.run import exported_runs
from mnist_compare.io.files import write_file
from mnist_compare.io.reading import user_path
from mnist_compare.records.record import Status, current
from mnist_compare.records.results import read_records
from mnist_compare.runner.trained_networks import TrainedNetworks

Say = Callable[[str], None]


@dataclass(frozen=True)
class Format:
    """What a network is written as: the packages that this needs, and what writes and checks its files, and gives what
    is to be said of each.
    """

    modules: tuple[str, ...]
    write: Callable[[NetworkFile], Iterator[str]]


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
        raise UsageError("Only ONNX files normalize pixels themselves. Leave --pixels out, or take --to onnx.")
    records = current(read_records(comparison))
    runs = [run for run in exported_runs(records, ()) if run.record.weights and run.record.status is Status.DONE]
    if not runs:
        raise UsageError(f"{comparison} has no trained network yet: run a comparison with --output {comparison}.")
    networks = TrainedNetworks(comparison, [run.record for run in runs], "cpu", dict(python or {}))
    content = msgspec.json.encode([[run.name, run.record.key, run.record.weights_sha256] for run in runs] + [[pixels]])
    folder = comparison / to if output is None else user_path(output)

    def write(place: Path) -> None:
        for run in runs:
            network = NetworkFile(run, networks, place, pixels)
            for line in chosen.write(network):
                say(f"{line}{network.changes}")
        if not any(place.iterdir()):
            raise UsageError(f"No network in {comparison} has files of its own framework: take another format.")

    is_new = fill(folder, Marker(to, sha256(content).hexdigest(), len(runs)), write)
    return Export(folder, len(runs), is_new, "")


def _write_onnx(network: NetworkFile) -> Iterator[str]:
    from mnist_compare.export.onnx import make_model
    from mnist_compare.export.onnx.runtime import run_model

    path, header = network.place / f"{network.name}.onnx", network.header
    pixels = (header.mean, header.std) if network.pixels else None
    model = make_model(header.architecture, network.weights, pixels=pixels)
    write_file(path, model.SerializeToString(deterministic=True))
    images = network.images if network.pixels else normalize_images(network.images, header.mean, header.std)
    yield network.compare(path.name, "ONNX Runtime", run_model(path, images))


def _write_safetensors(network: NetworkFile) -> Iterator[str]:
    header, wanted, path = network.header, network.weights, network.place / f"{network.name}.safetensors"
    told = {"architecture": header.architecture.name, "backend": header.backend, "made_by": "mnist_compare"}
    write_file(path, save(wanted, metadata=told))
    found = load_file(path)
    if wanted.keys() != found.keys() or not all(np.array_equal(wanted[name], found[name]) for name in wanted):
        raise OutputError(f"{path.name} is not kept: it does not hold the weights of the checkpoint.")
    yield f"{path.name}: {len(found)} arrays, read again: those of the checkpoint"


FORMATS: Mapping[str, Format] = {
    "native": Format((), write_native),
    "onnx": Format(("onnx", "onnxruntime"), _write_onnx),
    "safetensors": Format((), _write_safetensors),
}
