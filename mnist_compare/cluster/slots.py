"""On the driver: the slots that runs have on the cluster. Starting one takes long, so a free one is used again."""

import time
from collections.abc import Callable, Sequence
from threading import Lock, Timer
from typing import Any, NamedTuple

from mnist_compare.cluster.nodes import Node, on
from mnist_compare.cluster.slot import Slot

IDLE_SECONDS = 10.0  # after which a free slot gives its cores back
CALLS = 4  # of a slot at a time: one that waits, and those that end it


class Shape(NamedTuple):
    """What a slot holds, and the ids of the nodes of which it may be on any."""

    cpus: int
    gpus: int
    nodes: frozenset[str]


class OpenSlot(NamedTuple):
    """A slot that was asked for: Ray starts it once there is room."""

    actor: Any
    shape: Shape


class Slots:
    """Those of a comparison; where it is `exclusive`, a node has one of them, with all of its CPUs. `engine` is what
    places a job on a node.
    """

    def __init__(self, ray: Any, *, exclusive: bool, engine: str) -> None:
        self._ray, self._exclusive, self._engine = ray, exclusive, engine
        self._changing = Lock()
        self._used: list[OpenSlot] = []
        self._idle: list[tuple[OpenSlot, float]] = []
        self._timer: Timer | None = None

    def take(self, nodes: Sequence[Node], threads: int, gpus: int) -> OpenSlot | None:
        """A slot on one of these nodes; None where none can be had now."""
        fitting = [node for node in nodes if node.cpus >= threads and node.gpus >= gpus]
        with self._changing:
            if self._exclusive:
                taken = {id_ for slot in self._used for id_ in slot.shape.nodes}
                fitting = [node for node in fitting if node.id not in taken][:1]
            if not fitting:
                return None
            cpus = fitting[0].cpus if self._exclusive else threads
            shape = Shape(cpus, gpus, frozenset(node.id for node in fitting))
            slot = next((slot for slot, _ in self._idle if slot.shape == shape), None) or self._new(shape)
            self._idle = [entry for entry in self._idle if entry[0] is not slot]
            self._used.append(slot)
            return slot

    def give_back(self, slot: OpenSlot, *, usable: bool) -> None:
        """Nobody needs it any more; one that is not `usable` is ended."""
        with self._changing:
            self._used.remove(slot)
            if not usable:
                self._ray.kill(slot.actor)
                return
            self._idle.append((slot, time.monotonic()))
            self._set_timer()

    def close(self) -> None:
        """End all that are free."""
        with self._changing:
            if self._timer:
                self._timer.cancel()
            self._end(lambda slot, since: True)

    def _new(self, shape: Shape) -> OpenSlot:
        self._end(lambda slot, since: bool(slot.shape.nodes & shape.nodes))  # which hold what this one may need
        kind = self._ray.remote(Slot).options(
            num_cpus=shape.cpus, num_gpus=shape.gpus, label_selector=on(sorted(shape.nodes)), max_concurrency=CALLS
        )
        return OpenSlot(kind.remote(self._engine), shape)

    def _end(self, which: Callable[[OpenSlot, float], bool]) -> None:
        ended = [slot for slot, since in self._idle if which(slot, since)]
        self._idle = [entry for entry in self._idle if entry[0] not in ended]
        for slot in ended:
            self._ray.kill(slot.actor)

    def _set_timer(self) -> None:
        if self._timer is None:
            self._timer = Timer(IDLE_SECONDS, self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        with self._changing:
            self._timer = None
            before = time.monotonic() - IDLE_SECONDS
            self._end(lambda slot, since: since <= before)
            if self._idle:
                self._set_timer()
