"""On the driver: the slots that runs have on the cluster. Starting one takes long, so a free one is used again."""

import time
from collections.abc import Callable, Sequence
from threading import Lock, Timer
from typing import Any, NamedTuple, Self

from mnist_compare.cluster.nodes import Node, on
from mnist_compare.cluster.slot import Slot

IDLE_SECONDS = 10.0  # after which a free slot gives its cores back
MOST_PENDING = 8  # slots that Ray is asked for and has no room for; more jobs wait here
CALLS = 4  # of a slot at a time: one that waits, and those that end it


class Shape(NamedTuple):
    """What a slot holds, and the ids of the nodes of which it may be on any."""

    cpus: int
    gpus: int
    nodes: frozenset[str]


class Wish(NamedTuple):
    """What a job needs, and the CPUs of each node, by its id, that has as much."""

    cpus: int
    gpus: int
    nodes: dict[str, int]

    @classmethod
    def of(cls, nodes: Sequence[Node], cpus: int, gpus: int) -> Self:
        """That of a job with these nodes."""
        return cls(cpus, gpus, {node.id: node.cpus for node in nodes if node.cpus >= cpus and node.gpus >= gpus})


class OpenSlot(NamedTuple):
    """A slot that was asked for: Ray starts it once there is room, and then answers `up`."""

    actor: Any
    up: Any
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
        self._waiting: dict[int, Wish] = {}
        self._pending: dict[int, OpenSlot] = {}
        self._timer: Timer | None = None

    def take(self, number: int, wish: Wish, held: OpenSlot | None = None) -> OpenSlot | None:
        """A slot for the job with this number, which waits: a free one, if no job waits longer for such a one, else a
        new one, which Ray starts once there is room. `held` is what it was given before; None is nothing yet.
        """
        with self._changing:
            self._see_starts()
            if held and number not in self._pending:
                return held
            self._waiting[number] = wish
            shapes = self._shapes(wish)
            free = next((slot for slot, _ in self._idle if slot.shape in shapes), None)
            if free is None:
                return held or self._start(number, shapes)
            if number > min(one for one, other in self._waiting.items() if other == wish):
                return held
            self._idle = [entry for entry in self._idle if entry[0] is not free]
            self._used.append(free)
            if held:
                self._drop(held)
            self._forget(number)
            return free

    def placed(self, number: int) -> None:
        """The job waits no longer: its slot has begun it, or it is given up."""
        with self._changing:
            self._forget(number)

    def give_back(self, slot: OpenSlot, *, usable: bool) -> None:
        """Nobody needs it any more; one that is not `usable` is ended."""
        with self._changing:
            if not usable:
                self._drop(slot)
                return
            self._used.remove(slot)
            self._idle.append((slot, time.monotonic()))
            self._set_timer()

    def close(self) -> None:
        """End all that are free."""
        with self._changing:
            if self._timer:
                self._timer.cancel()
            self._end(lambda slot, since: True)

    def _shapes(self, wish: Wish) -> list[Shape]:
        """The shapes of which a slot will do; of an exclusive one, a shape for each node that is free."""
        if not self._exclusive:
            return [Shape(wish.cpus, wish.gpus, frozenset(wish.nodes))] if wish.nodes else []
        taken = {id_ for slot in self._used for id_ in slot.shape.nodes}
        return [Shape(cpus, wish.gpus, frozenset([id_])) for id_, cpus in wish.nodes.items() if id_ not in taken]

    def _see_starts(self) -> None:
        """Jobs whose slots have started wait no longer."""
        for number, slot in list(self._pending.items()):
            if self._ray.wait([slot.up], timeout=0)[0]:
                self._forget(number)

    def _forget(self, number: int) -> None:
        self._waiting.pop(number, None)
        self._pending.pop(number, None)

    def _start(self, number: int, shapes: Sequence[Shape]) -> OpenSlot | None:
        """A new slot for a job; None where Ray is asked for enough of them already."""
        if not shapes or len(self._pending) >= MOST_PENDING:
            return None
        slot = self._pending[number] = self._new(shapes[0])
        self._used.append(slot)
        return slot

    def _drop(self, slot: OpenSlot) -> None:
        self._used.remove(slot)
        self._ray.kill(slot.actor)

    def _new(self, shape: Shape) -> OpenSlot:
        self._end(lambda slot, since: bool(slot.shape.nodes & shape.nodes))  # which hold what this one may need
        kind = self._ray.remote(Slot).options(
            num_cpus=shape.cpus, num_gpus=shape.gpus, label_selector=on(sorted(shape.nodes)), max_concurrency=CALLS
        )
        actor = kind.remote(self._engine)
        return OpenSlot(actor, actor.ready.remote(), shape)

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
