"""The other processes of a data-parallel run, as the first one knows them."""

import sys
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Thread
from typing import Self

import msgspec
from msgspec.structs import replace

from mnist_compare.experiment.following import Told
from mnist_compare.experiment.shard import WHOLE, Shard
from mnist_compare.host.environment import given_threads
from mnist_compare.host.loopback import free_addresses
from mnist_compare.runner.last_words import describe_exit
from mnist_compare.runner.rank_job import Followed, RankJob
from mnist_compare.worker.events import Failed, Located
from mnist_compare.worker.process import Launch, Process
from mnist_compare.worker.request import JobRequest

GRACE_SECONDS = 10.0
"""So long a framework may take to notice that a process is gone with which it exchanges gradients."""


class RankLost(Exception):
    """Another process of the run has ended, for this reason."""


class Rank:
    """A process, which is told what to do until its stdin is closed."""

    def __init__(self, job: RankJob, on_loss: Callable[[str], None]) -> None:
        self.taken = Followed(0, 0.0)
        self._job, self._on_loss = job, on_loss
        self._imported: SimpleQueue[bool] = SimpleQueue()
        self._over = Flag()
        self._process = Process(Launch(job.backend, sys.executable, given_threads()), sys.stderr.buffer)
        self._write(msgspec.json.encode(JobRequest.of(job, "")))  # without a log of its own: what it prints is ours
        Thread(target=self._listen, daemon=True).start()

    def wait_for_import(self) -> None:
        """Wait until it has imported its framework; raises RankLost where it has ended before."""
        if not self._imported.get():
            raise RankLost

    def tell(self, told: Told) -> None:
        """Let it take these steps; raises RankLost where it has ended."""
        self._write(msgspec.json.encode(told))

    def end(self) -> None:
        """There is nothing more to do."""
        self._over.set()
        self._process.end()

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise RankLost from None  # its own thread hears why

    def _listen(self) -> None:
        """In a thread: hear what it says, until it has ended, and tell of that where it should not have."""
        reason = ""
        with self._process.events as events:
            for line in events:
                event = self._job.decode_event(line)
                if isinstance(event, Followed):
                    self.taken = event
                elif isinstance(event, Located):
                    self._imported.put(True)
                elif isinstance(event, Failed):
                    reason = event.reason
        if not self._over.is_set():
            code = self._process.wait()
            shard = self._job.shard
            self._on_loss(f"process {shard.rank + 1} of {shard.count}: {reason or describe_exit(code).rstrip(',')}")
        self._imported.put(False)


class Ranks:
    """All processes of a run but this one, which has rank 0. As a context it ends them.

    Where one of them ends before its time and this process does not notice it within seconds, `abandon` is called with
    the reason, in another thread: a framework may wait for the other for ever.
    """

    def __init__(self, job: RankJob, count: int, abandon: Callable[[str], None]) -> None:
        self._job, self._abandon = job, abandon
        self._lost: SimpleQueue[str] = SimpleQueue()
        self._over = Flag()
        self._ranks: list[Rank] = []
        self.shard = Shard(0, count, free_addresses(count)) if count > 1 else WHOLE

    def __enter__(self) -> Self:
        """Start them, and wait until all have imported their framework; raises RankLost where one cannot."""
        try:
            for rank in range(1, self.shard.count):
                shard = replace(self.shard, rank=rank)
                self._ranks.append(Rank(replace(self._job, shard=shard), self._on_loss))
            for started in self._ranks:
                started.wait_for_import()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End them."""
        self._over.set()
        for rank in self._ranks:
            rank.end()

    @property
    def peak_memory(self) -> int:
        """The sum of the largest memory of each, in bytes."""
        return sum(rank.taken.peak_memory_bytes for rank in self._ranks)

    @property
    def cpu_seconds(self) -> float:
        """What they have taken of all cores so far."""
        return sum(rank.taken.cpu_seconds for rank in self._ranks)

    def tell(self, told: Told) -> None:
        """Let all take these steps, which this process is about to take."""
        for rank in self._ranks:
            rank.tell(told)

    def lost(self, seconds: float = 2.0) -> str:
        """Why one of them has ended before its time; "" where none has, or none is heard of within so many seconds."""
        if not self._ranks:
            return ""
        try:
            return self._lost.get(timeout=seconds)
        except Empty:
            return ""

    def _on_loss(self, reason: str) -> None:
        self._lost.put(reason)
        if not self._over.wait(GRACE_SECONDS):
            self._abandon(reason)
