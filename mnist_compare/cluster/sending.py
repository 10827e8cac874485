"""On the driver: what a job needs on a node, whichever that will be, and what comes back from there."""

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import msgspec

from mnist_compare.cluster.files import begun, packed
from mnist_compare.cluster.nodes import Node
from mnist_compare.cluster.slot import Heard, NodeTold, Order
from mnist_compare.errors import OutputError
from mnist_compare.io.files import HeldFolder, stamp, write_file
from mnist_compare.runner.engine import Setting
from mnist_compare.worker.job import Job
from mnist_compare.worker.request import JobRequest

NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}


class Store:
    """What jobs read, in Ray's object store: each file or folder once, as long as it stays the same."""

    def __init__(self, ray: Any) -> None:
        self._ray, self._putting = ray, Lock()
        self._kept: dict[tuple[object, ...], tuple[str, Any]] = {}

    def put(self, path: str) -> tuple[str, Any]:
        """The name of the content, and the reference to it; raises OutputError where it cannot be read."""
        place = Path(path)
        try:
            files = sorted(place.iterdir()) if place.is_dir() else [place]
            key = (path, *((file.name, *stamp(file)) for file in files))
            with self._putting:
                if key not in self._kept:
                    self._kept[key] = f"read-{len(self._kept)}-{uuid4().hex[:8]}", self._ray.put(packed(place))
                return self._kept[key]
        except OSError as error:
            raise OutputError(f"Cannot read {path}: {error.strerror}.") from None


class Parcel:
    """A job that goes to a node. As its `Places`, it hears from the job which files it reads and writes.

    Raises BackendError where the job cannot be moved, OutputError where a file or the log cannot be opened.
    """

    def __init__(self, job: Job, setting: Setting, store: Store) -> None:
        self.job, self.setting, self._store = job, setting, store
        self._reads: dict[str, tuple[str, Any]] = {}
        self._folders: dict[str, HeldFolder] = {}
        self._begun: set[str] = set()
        self._heard = 0
        with ExitStack() as stack:
            self._open = stack
            job.moved(self)
            try:
                self._log = stack.enter_context(setting.log.open("ab", buffering=0))
            except OSError as error:
                raise OutputError(f"Cannot write {setting.log}: {error.strerror}.") from None
            self._open = stack.pop_all()

    def read(self, path: str) -> str:
        """The content goes along, by way of the object store."""
        self._reads[path] = self._store.put(path)
        return path

    def written(self, path: str) -> str:
        """A folder goes along as it stands; what changes there comes back."""
        folder = path if Path(path).is_dir() else str(Path(path).parent)
        if folder == path:
            self._begun.add(folder)
        if folder not in self._folders:
            self._folders[folder] = self._open.enter_context(HeldFolder(Path(folder)))
        return path

    def order(self, number: int, nodes: Iterable[Node], *, gpus: int) -> Order:
        """What is sent to one of these nodes, which have the backend."""
        told = {
            node.id: NodeTold(node.name, node.facts.folder, one.path)
            for node in nodes
            if (one := node.interpreter(self.job.backend))
        }
        variables = {**({} if gpus else NO_GPU), **self.setting.variables}
        request = msgspec.json.encode(JobRequest.of(self.job, ""))
        writes = {path: begun(Path(path)) if path in self._begun else {} for path in self._folders}
        return Order(number, request, self._reads, writes, self.setting.threads, variables, str(self.setting.log), told)

    def receive(self, heard: Heard) -> None:
        """Write what has come back; raises OutputError where the folder is another one by now, or cannot be written."""
        with suppress(OSError):
            self._log.write(heard.log)
        for path, changes in heard.changes.items():
            folder = self._folders[path]
            folder.require()
            changes.apply(folder.path, write_file)

    def close(self) -> None:
        """Let files and folders go."""
        self._open.close()
