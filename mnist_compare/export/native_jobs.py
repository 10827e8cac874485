"""The jobs of an export in a framework's own files: one process writes them, another one reads each."""

import errno
import os
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mnist_compare.data.normalize import normalize_images
from mnist_compare.errors import MnistCompareError, OutputError
from mnist_compare.experiment.checkpoint import Header
from mnist_compare.experiment.model_file import ModelFile
from mnist_compare.worker.events import Event
from mnist_compare.worker.failure import describe_error, print_traceback
from mnist_compare.worker.job import Framework, Job, Send

Images = list[list[list[list[int]]]]
NO_ROOM = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""How errors say, whatever their kind in a framework, that there is no room for a file."""


class WrittenFile(Event, frozen=True, tag="written_file"):
    """A file that was written, or the `reason` why it was not; `title` and `loader` are the `ModelFile`'s."""

    name: str
    suffix: str
    title: str
    loader: str
    reason: str = ""


class FilesWritten(Event, frozen=True, tag="files_written"):
    """All kinds of files of the framework were written, or could not be; `unwritable` says that there is no room."""

    is_last: ClassVar[bool] = True
    files: list[WrittenFile]
    unwritable: str = ""


class WriteFilesJob(Job, frozen=True):
    """Load a checkpoint, and write the framework's model of it in each of its kinds of files, `stem` and what they end
    in, into a folder.
    """

    events: ClassVar[type[Event]] = FilesWritten
    backend: str
    checkpoint: str
    folder: str
    stem: str

    def run(self, framework: Framework, send: Send) -> None:
        """Write."""
        experiment = framework.experiment_class().load(self.checkpoint, device="cpu")
        try:
            send(FilesWritten([self._write(experiment, kind) for kind in kinds_of(experiment)]))
        except OutputError as error:
            send(FilesWritten([], str(error)))

    def _write(self, experiment: Any, kind: ModelFile) -> WrittenFile:
        name, reason = f"{self.stem}{kind.suffix}", ""
        path = Path(self.folder) / name
        try:
            kind.save(experiment.framework_model(), experiment.architecture.input_shape, path)
        except OutputError:
            raise
        except MnistCompareError as error:
            reason = str(error)
        except Exception as error:
            print_traceback()
            if said := next((words for words in NO_ROOM if words in str(error)), None):
                raise OutputError(f"Cannot write {path}: {said}.") from None
            reason = describe_error(error)
        return WrittenFile(name, kind.suffix, kind.title, kind.loader, reason)


class Computed(Event, frozen=True, tag="computed"):
    """The outputs [N, K]."""

    is_last: ClassVar[bool] = True
    outputs: list[list[float]]


class ComputeJob(Job, frozen=True):
    """What the framework computes from a file for images uint8 [N, C, H, W], normalized as the header of the network's
    checkpoint says.
    """

    events: ClassVar[type[Event]] = Computed
    backend: str
    header: Header
    file: str
    suffix: str
    images: Images

    def run(self, framework: Framework, send: Send) -> None:
        """Compute."""
        kind, header = framework.experiment_class(), self.header
        pixels = np.array(self.images, dtype=np.uint8)
        images = normalize_images(pixels, header.mean, header.std, header.recipe.dtype)
        (found,) = (one for one in kinds_of(kind) if one.suffix == self.suffix)
        outputs = found.compute(Path(self.file), images, lambda: kind(header.architecture, header.recipe, device="cpu"))
        send(Computed(outputs.astype(np.float64).tolist()))


def kinds_of(experiment: Any) -> tuple[ModelFile, ...]:
    """The kinds of files of an experiment's framework, or of its class: none, where it has none of its own."""
    network = experiment.framework_network
    files: tuple[ModelFile, ...] = network.files if network else ()
    return files
