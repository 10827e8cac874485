"""A network in the files of the framework that has trained it, each of which another process reads again."""

from collections.abc import Iterator

import numpy as np

from mnist_compare.errors import OutputError
from mnist_compare.export.native_jobs import Computed, ComputeJob, FilesWritten, WriteFilesJob, WrittenFile
from mnist_compare.export.network_file import NetworkFile
from mnist_compare.io.files import write_file

OTHERS = "--to onnx and --to safetensors"


def write_native(network: NetworkFile) -> Iterator[str]:
    """Write the files, and a page that says how each is loaded; gives what is to be said of each."""
    record, networks = network.run.record, network.networks
    answer = networks.ask(
        record,
        lambda backend, checkpoint: WriteFilesJob(backend, checkpoint, str(network.place.absolute()), network.name),
        FilesWritten,
    )
    if answer.unwritable:
        raise OutputError(answer.unwritable)
    written = answer.files
    if not written:
        yield f"{network.name}: {record.backend} has no files of its own; {OTHERS} take its network"
        return
    for file in written:
        yield f"{file.name} is not written: {file.reason}" if file.reason else _check(network, file)
    loaded = [file for file in written if not file.reason]
    write_file(network.place / f"{network.name}.md", _page(network, loaded).encode())


def _check(network: NetworkFile, file: WrittenFile) -> str:
    path = str(network.place.absolute() / file.name)
    images = network.images.tolist()
    answer = network.networks.ask(
        network.run.record,
        lambda backend, checkpoint: ComputeJob(backend, network.header, path, file.suffix, images),
        Computed,
    )
    return network.compare(file.name, "the file", np.array(answer.outputs))


def _page(network: NetworkFile, files: list[WrittenFile]) -> str:
    header = network.header
    shape = "x".join(map(str, header.architecture.input_shape))
    lines = [
        f"# {network.name}",
        "",
        f"The network {header.architecture.name}, trained by {network.run.record.backend}. It takes images of {shape} "
        f"(channels, height, width) as floats: (pixel / 255 - {header.mean}) / {header.std}{network.changes}.",
    ]
    for file in files:
        lines += ["", f"`{file.name}`: {file.title}.", "", "```python", file.loader.format(file=file.name), "```"]
    return "\n".join([*lines, ""])
