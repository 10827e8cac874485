"""A job on a cluster, heard from the driver: wherever it is, its events come in order, each once."""

import time
from collections import deque
from itertools import count
from typing import Any

from mnist_compare.cluster.nodes import Nodes
from mnist_compare.cluster.sending import Parcel
from mnist_compare.cluster.slot import Heard
from mnist_compare.cluster.slots import OpenSlot, Slots, Wish
from mnist_compare.runner.engine import Handle, WorkerUnresponsive
from mnist_compare.worker.events import Event

AGAIN_SECONDS = 0.1  # until a slot that could not be reached is asked again
NO_NODE_SECONDS = 120.0  # for which a cluster without a node for the job may get one
END_SECONDS = 10.0  # in which a slot ends its worker
_numbers = count(1)


class RayHandle(Handle):
    """Waits for a slot, sends the job there, and hears it."""

    def __init__(self, ray: Any, nodes: Nodes, slots: Slots, parcel: Parcel, gpus: int) -> None:
        self._ray, self._nodes, self._slots, self._parcel, self._gpus = ray, nodes, slots, parcel, gpus
        self._number = next(_numbers)
        self._slot: OpenSlot | None = None
        self._answer: Any = None
        self._heard: Heard | None = None
        self._events: deque[Event] = deque()
        self._over = self._cancelled = False  # whether the slot has ended the job, or is itself gone
        self._gone = False
        self._alone: float | None = None

    @property
    def is_placed(self) -> bool:
        """Whether a slot has begun it."""
        return self._heard is not None

    def next_event(self, seconds: float) -> Event | None:
        """The next event. WorkerUnresponsive says how the worker, its node or the cluster was lost."""
        if not self._events and not self._over:
            self._hear(seconds)
        if self._events:
            return self._events.popleft()
        if self._heard and self._heard.lost:
            raise WorkerUnresponsive(self._heard.lost, self._heard.words)
        return None

    def cancel(self) -> None:
        """Ask the job to end; one that has not begun never will."""
        self._cancelled = True
        if self._slot and self.is_placed:
            self._slot.actor.cancel.remote()

    def close(self) -> None:
        """End the worker, and let the slot go."""
        slot, self._slot = self._slot, None
        self._slots.leave(self._number)
        if slot:
            self._slots.give_back(slot, usable=not self._gone and (self._over or self._end(slot)))
        self._parcel.close()

    def _hear(self, seconds: float) -> None:
        """Take the next answer of the slot, if there is one in so many seconds."""
        end = time.monotonic() + seconds
        if not self.is_placed:
            if self._cancelled:
                raise WorkerUnresponsive("the job was stopped while it waited for a place,")
            if not self._place(seconds):
                return
        try:
            heard: Heard = self._ray.get(self._answer, timeout=max(0.0, end - time.monotonic()))
        except self._ray.exceptions.GetTimeoutError:
            return
        except self._ray.exceptions.ActorUnavailableError:  # its answer may be lost, and is asked for again
            time.sleep(min(seconds, AGAIN_SECONDS))
            self._ask()
            return
        except self._ray.exceptions.RayError as error:
            raise self._lost(error) from None
        self._parcel.receive(heard)
        self._heard = heard
        self._events.extend(map(self._parcel.job.decode_event, heard.events))
        self._over = bool(heard.lost) or any(event.is_last for event in self._events)
        if not self._over:
            self._ask()

    def _ask(self) -> None:
        assert self._slot
        if self._heard:
            self._answer = self._slot.actor.hear.remote(self._number, self._heard.number + 1)
        else:
            nodes = [node for node in self._nodes.alive() if node.id in self._slot.shape.nodes]
            self._answer = self._slot.actor.begin.remote(self._parcel.order(self._number, nodes, gpus=self._gpus))

    def _place(self, seconds: float) -> bool:
        """Have a slot, or wait for one for so many seconds."""
        if self._slot is None:
            setting = self._parcel.setting
            nodes = self._nodes.of(self._parcel.job.backend)
            wish = Wish.of(nodes, setting.threads * setting.processes, self._gpus)
            self._check(wish)
            self._slot = self._slots.take(self._number, wish, seconds)
            if self._slot:
                self._ask()
        return self._slot is not None

    def _check(self, wish: Wish) -> None:
        """Raise WorkerUnresponsive where there is no node for the job, and none has come for long."""
        self._alone = None if wish.nodes else self._alone or time.monotonic()
        if self._alone and time.monotonic() - self._alone > NO_NODE_SECONDS:
            needed = f"backend {self._parcel.job.backend!r} and {wish.cpus} CPUs"
            raise WorkerUnresponsive(f"no node with {needed} was left in the cluster for {NO_NODE_SECONDS:.0f} s")

    def _lost(self, error: Exception) -> WorkerUnresponsive:
        """What Ray says of a slot that is gone, in plain words."""
        self._over = self._gone = True
        node = self._heard.node if self._heard else "a node"
        told = " ".join(str(error).split())
        if "node has died" in told or "node was terminated" in told:
            return WorkerUnresponsive(f"the worker was lost with {node}, which has left the cluster,")
        detail = told.partition("exit detail:")[2].strip() or told
        return WorkerUnresponsive(f"the worker was lost with its slot on {node} (Ray: {detail[:200]})")

    def _end(self, slot: OpenSlot) -> bool:
        """End what the slot does; whether it can be used again."""
        if not self.is_placed:
            return False
        try:
            self._ray.get(slot.actor.end.remote(), timeout=END_SECONDS)
        except self._ray.exceptions.RayError:
            return False
        return True
