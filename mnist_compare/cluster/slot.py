"""On a node: an actor that holds the cores and GPUs of a run, and does one job after another in worker processes."""

import shutil
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from threading import RLock
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from mnist_compare.cluster.files import Changes, WatchedFolder, unpacked
from mnist_compare.errors import MnistCompareError
from mnist_compare.runner.engine import Handle, Setting, WorkerStartError, WorkerUnresponsive
from mnist_compare.runner.engines import open_engine
from mnist_compare.worker.events import Event, Located
from mnist_compare.worker.job import Job
from mnist_compare.worker.request import JobRequest

HEARTBEAT = 1.0  # seconds after which a slot says that it has nothing to say
GATHER_SECONDS = 0.05  # for which what comes after an event goes along with it: an answer costs a core milliseconds


class Order(NamedTuple):
    """A job that was sent: its class and its JSON, what it reads by path there (a name, and a reference to its
    content), the files that it goes on from by the path of their folder there, and with what it is done.

    `nodes` has, of each node by its id, what the slot needs to know of it.
    """

    number: int
    request: bytes
    reads: dict[str, tuple[str, Any]]
    writes: dict[str, dict[str, bytes]]
    threads: int
    variables: dict[str, str]
    log: str
    nodes: dict[str, "NodeTold"]


class NodeTold(NamedTuple):
    """Of a node: what it is called, where a comparison has its files there, and the backend's interpreter."""

    name: str
    folder: str
    python: str


class Heard(NamedTuple):
    """What a job has said since it was asked last: files that have changed before its events, by the path of their
    folder on the driver, then events as JSON, the text of its log, and in the end why nothing more can come.
    """

    number: int
    node: str
    changes: dict[str, Changes]
    events: list[bytes]
    log: bytes
    lost: str = ""
    words: str = ""


class Slot:
    """Does one job at a time. Its methods are called by several threads: `cancel` and `end` while `hear` waits."""

    def __init__(self, engine: str) -> None:
        self._node_id, self._engine = _own_node(), open_engine(engine)
        self._hearing = RLock()
        self._work: _Work | None = None
        self._said = Heard(0, "", {}, [], b"")

    def ready(self) -> None:
        """Answer: there is room for it."""

    def begin(self, order: Order) -> Heard:
        """Begin the job, and give the first that it says. Asked again, with the same number, it begins nothing."""
        with self._hearing:
            if self._work is None or self._work.number != order.number:
                self.end()
                self._said = Heard(0, order.nodes[self._node_id].name, {}, [], b"")
                self._work = _Work(order, order.nodes[self._node_id])
                try:
                    self._work.begin(self._engine)
                except (WorkerStartError, MnistCompareError, OSError) as error:
                    self._said = self._said._replace(number=1, lost=f"the worker cannot be started: {error}")
                    return self._said
            return self.hear(order.number, 1)

    def hear(self, order: int, number: int) -> Heard:
        """What the job says; the same again, where the answer with this number was lost on its way."""
        with self._hearing:
            if number != self._said.number and self._work and self._work.number == order:
                self._said = self._work.hear(number)
            return self._said

    def cancel(self) -> None:
        """Ask the job to end in order."""
        if self._work:
            self._work.cancel()

    def end(self) -> None:
        """End the job, if it still works."""
        if self._work:
            self._work.end()


class _Work:
    """A job under way."""

    def __init__(self, order: Order, node: NodeTold) -> None:
        self.number, self._order, self._node = order.number, order, node
        self._handle: Handle | None = None
        self._place = Path(mkdtemp(prefix="job-", dir=node.folder))
        self._log = self._place / "log" / Path(order.log).name
        self._log.parent.mkdir()
        self._told = 0
        self._watched = {
            path: WatchedFolder(self._place / str(number), files)
            for number, (path, files) in enumerate(order.writes.items())
        }

    def begin(self, engine: Any) -> None:
        """Start the worker."""
        request = msgspec.json.decode(self._order.request, type=JobRequest)
        self.job: Job = request.job().moved(self)
        order = self._order
        self._handle = engine.submit(self.job, Setting(order.threads, self._log, self._node.python, order.variables))

    def read(self, path: str) -> str:
        """Where a file or folder lies that the job reads; fetched by the first of this node that needs it."""
        import ray

        name, content = self._order.reads[path]
        place = unpacked(Path(self._node.folder), name, lambda: ray.get(content))
        return str(place / Path(path).name if (place / Path(path).name).is_file() else place)

    def written(self, path: str) -> str:
        """Where the job writes."""
        if path in self._watched:
            return str(self._watched[path].path)
        return str(self._watched[str(Path(path).parent)].path / Path(path).name)

    def hear(self, number: int) -> Heard:
        """What the job says next, as much as is there; what it wrote before goes along."""
        events, lost, words = self._events()
        ended = bool(lost) or any(event.is_last for event in events)
        if ended:
            self.end()
        said = [msgspec.json.encode(self._located(event)) for event in events]
        changes = {path: changed for path, folder in self._watched.items() if any(changed := folder.changes())}
        heard = Heard(number, self._node.name, changes, said, self._new_log(), lost, words)
        if ended:
            shutil.rmtree(self._place, ignore_errors=True)
        return heard

    def cancel(self) -> None:
        """Ask the worker to stop."""
        if self._handle:
            self._handle.cancel()

    def end(self) -> None:
        """End the worker."""
        handle, self._handle = self._handle, None
        if handle:
            handle.close()

    def _events(self) -> tuple[list[Event], str, str]:
        """What the worker says, and why nothing more comes, with its last words, where nothing does."""
        events: list[Event] = []
        if self._handle is None:
            return events, "the job was ended", ""
        handle, end = self._handle, time.monotonic() + HEARTBEAT
        try:
            while not (events and events[-1].is_last) and (
                event := handle.next_event(max(0.0, end - time.monotonic()))
            ):
                if not events:
                    end = time.monotonic() + GATHER_SECONDS
                events.append(event)
        except WorkerUnresponsive as error:
            return events, str(error), error.words
        return events, "", ""

    def _located(self, event: Event) -> Event:
        if isinstance(event, Located):
            return Located(replace(event.environment, node=self._node.name))
        return event

    def _new_log(self) -> bytes:
        with suppress(OSError), self._log.open("rb") as file:
            file.seek(self._told)
            new = file.read()
            self._told += len(new)
            return new
        return b""


def _own_node() -> str:
    import ray

    return str(ray.get_runtime_context().get_node_id())
