"""On the driver: the slots that runs have on the cluster. Starting one takes long, so a free one is used again."""

import time
from collections.abc import Callable, Sequence
from threading import Condition, Timer
from typing import Any, NamedTuple, Self

from mnist_compare.cluster.nodes import Node, on
from mnist_compare.cluster.slot import Slot

IDLE_SECONDS = 10.0  # after which a free slot gives its cores back, or is no longer asked for
MOST_STARTING = 8  # slots that Ray is asked for at once, for jobs with equal needs; more jobs wait here
LOOK_SECONDS = 0.1  # until a job that waits looks again whether a slot has started
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
    """A slot that was asked for since a job has this wish: Ray starts it once there is room, and then answers `up`."""

    actor: Any
    up: Any
    shape: Shape
    wish: Wish


class Slots:
    """Those of a comparison; where it is `exclusive`, a node has one of them, with all of its CPUs. `engine` is what
    places a job on a node.

    A slot belongs to no job: it starts since some wait, and of those for which it will do, the one that waits longest
    takes it.
    """

    def __init__(self, ray: Any, *, exclusive: bool, engine: str) -> None:
        self._ray, self._exclusive, self._engine = ray, exclusive, engine
        self._changed = Condition()
        self._waiting: dict[int, Wish] = {}
        self._starting: list[OpenSlot] = []
        self._used: list[OpenSlot] = []
        self._idle: list[tuple[OpenSlot, float]] = []
        self._timer: Timer | None = None

    def take(self, number: int, wish: Wish, seconds: float) -> OpenSlot | None:
        """A slot for the job with this number; None where there was none in so many seconds."""
        end = time.monotonic() + seconds
        with self._changed:
            self._waiting[number] = wish
            while (slot := self._free(number, wish)) is None:
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(min(left, LOOK_SECONDS))
            self._idle = [entry for entry in self._idle if entry[0] is not slot]
            self._used.append(slot)
            del self._waiting[number]
            return slot

    def leave(self, number: int) -> None:
        """The job waits no longer."""
        with self._changed:
            self._waiting.pop(number, None)
            self._changed.notify_all()

    def give_back(self, slot: OpenSlot, *, usable: bool) -> None:
        """Nobody needs it any more; one that is not `usable` is ended."""
        with self._changed:
            self._used.remove(slot)
            if usable:
                self._keep(slot)
            else:
                self._ray.kill(slot.actor)
            self._changed.notify_all()

    def close(self) -> None:
        """End all that no job has."""
        with self._changed:
            if self._timer:
                self._timer.cancel()
            self._waiting.clear()
            self._end_unwanted()
            self._end(lambda slot, since: True)

    def _free(self, number: int, wish: Wish) -> OpenSlot | None:
        """The free slot that is this job's turn. Where there are too few, Ray is asked for one more."""
        self._see_starts()
        if slot := self._due(number):
            return slot
        free = [slot for slot, _ in self._idle if self._fits(slot.shape, wish)]
        asked = sum(slot.wish == wish for slot in self._starting)
        waiting = sum(other == wish for other in self._waiting.values())
        if len(free) + asked < waiting and asked < MOST_STARTING and (shape := self._shape(wish, free)):
            self._starting.append(self._new(shape, wish))
            self._set_timer()
        return None

    def _due(self, number: int) -> OpenSlot | None:
        """Of the free slots that of the job; each is that of the one which waits longest for such a one."""
        others: set[int | None] = set()
        for slot, _ in self._idle:
            waiting = (one for one, wish in self._waiting.items() if self._fits(slot.shape, wish))
            first = min((one for one in waiting if one not in others), default=None)
            if first == number:
                return slot
            others.add(first)
        return None

    def _fits(self, shape: Shape, wish: Wish) -> bool:
        """Whether a slot of this shape will do, wherever it is."""
        cpus = {wish.nodes.get(id_) for id_ in shape.nodes} if self._exclusive else {wish.cpus}
        return cpus == {shape.cpus} and shape.gpus == wish.gpus and shape.nodes <= wish.nodes.keys()

    def _shape(self, wish: Wish, free: Sequence[OpenSlot]) -> Shape | None:
        """That of a new slot; of an exclusive one, on a node that has none."""
        if not self._exclusive:
            return Shape(wish.cpus, wish.gpus, frozenset(wish.nodes)) if wish.nodes else None
        taken = {id_ for slot in [*self._used, *self._starting, *free] for id_ in slot.shape.nodes}
        return next(
            (Shape(cpus, wish.gpus, frozenset([id_])) for id_, cpus in wish.nodes.items() if id_ not in taken), None
        )

    def _see_starts(self) -> None:
        """Slots that have started are free. Of those that could not start, at once for one reason, one is, too: the job
        that takes it says why.
        """
        if not self._starting:
            return
        every = [slot.up for slot in self._starting]
        up = set(self._ray.wait(every, num_returns=len(every), timeout=0)[0])
        failed = False
        for slot in [slot for slot in self._starting if slot.up in up]:
            self._starting.remove(slot)
            try:
                self._ray.get(slot.up)
            except self._ray.exceptions.RayError:
                if failed:
                    self._ray.kill(slot.actor)
                    continue
                failed = True
            self._keep(slot)

    def _end_unwanted(self) -> None:
        """Of the slots that start, end those that are more than the jobs which need such ones."""
        kept: list[OpenSlot] = []
        for slot in self._starting:
            wanted = sum(wish == slot.wish for wish in self._waiting.values())
            if sum(other.wish == slot.wish for other in kept) < wanted:
                kept.append(slot)
            else:
                self._ray.kill(slot.actor)
        self._starting = kept

    def _keep(self, slot: OpenSlot) -> None:
        self._idle.append((slot, time.monotonic()))
        self._set_timer()

    def _new(self, shape: Shape, wish: Wish) -> OpenSlot:
        self._end(lambda slot, since: bool(slot.shape.nodes & shape.nodes) and not self._is_wanted(slot))  # its place
        kind = self._ray.remote(Slot).options(
            num_cpus=shape.cpus, num_gpus=shape.gpus, label_selector=on(sorted(shape.nodes)), max_concurrency=CALLS
        )
        actor = kind.remote(self._engine)
        return OpenSlot(actor, actor.ready.remote(), shape, wish)

    def _is_wanted(self, slot: OpenSlot) -> bool:
        return any(self._fits(slot.shape, wish) for wish in self._waiting.values())

    def _end(self, which: Callable[[OpenSlot, float], bool]) -> None:
        ended = [slot for slot, since in self._idle if which(slot, since)]
        self._idle = [entry for entry in self._idle if entry[0] not in ended]
        for slot in ended:
            self._ray.kill(slot.actor)

    def _set_timer(self) -> None:
        if self._timer is None and (self._idle or self._starting):
            self._timer = Timer(IDLE_SECONDS, self._tidy)
            self._timer.daemon = True
            self._timer.start()

    def _tidy(self) -> None:
        with self._changed:
            self._timer = None
            before = time.monotonic() - IDLE_SECONDS
            self._end(lambda slot, since: since <= before)
            self._end_unwanted()
            self._set_timer()
