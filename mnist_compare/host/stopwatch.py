"""Times without pauses: a process may be stopped, its container frozen, or its machine suspended."""

from pathlib import Path
from threading import Event, Lock, Thread
from time import perf_counter, process_time
from typing import Self

BEAT_SECONDS = 0.2
PAUSE_SECONDS = 1.0
IDLE_SHARE = 0.05  # of a second: who computes for longer is not stopped, but may get little of a busy core
FEW_TURNS = 15.0  # a thread that is stopped gets no turn but those right before and after; more on a busy machine


class Stopwatch:
    """Takes the seconds of one thing after the other, in a `with` block.

    A thread looks at the clock again and again. Where it has not come to that for long, the process stood still, unless
    it has computed meanwhile or the thread had its turns: a framework that keeps the interpreter's lock, on a busy
    core or while it waits for a device, holds the thread up too, but that one wakes every 5 ms to ask for the lock.
    """

    def __init__(self) -> None:
        self._over, self._lock = Event(), Lock()
        self._looked, self._worked = perf_counter(), process_time()
        self._started, self._paused = self._looked, 0.0
        self._thread: Thread | None = None
        self._turns = 0

    def __enter__(self) -> Self:
        self._over = Event()  # another one, so that the thread of the block before ends
        self._looked, self._worked = perf_counter(), process_time()
        self._thread = Thread(target=self._beat, args=(self._over,), daemon=True)
        self._thread.start()
        self._turns = _turns(self._thread)
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()

    def start(self) -> None:
        """From now on."""
        self._look()
        self._started, self._paused = perf_counter(), 0.0

    def stop(self) -> tuple[float, float]:
        """The seconds since the start without the pauses in them, and the seconds of those."""
        self._look()
        seconds = perf_counter() - self._started
        paused = min(self._paused, seconds)
        return seconds - paused, paused

    def _beat(self, over: Event) -> None:
        while not over.wait(BEAT_SECONDS):
            self._look()
            if not over.is_set():
                self._turns = _turns(self._thread)

    def _look(self) -> None:
        with self._lock:
            now, worked = perf_counter(), process_time()
            still = now - self._looked - BEAT_SECONDS
            if still > PAUSE_SECONDS and worked - self._worked < IDLE_SHARE * still and self._had_no_turns(still):
                self._paused += still
            self._looked, self._worked = now, worked

    def _had_no_turns(self, seconds: float) -> bool:
        turns = _turns(self._thread)
        few = turns - self._turns < FEW_TURNS + seconds
        self._turns = turns
        return few


def _turns(thread: Thread | None) -> int:
    """How often the thread has run and gone to sleep again; always 0 where the system does not say (it is Linux that
    does).
    """
    try:
        lines = Path(f"/proc/self/task/{thread.native_id if thread else 0}/status").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)
    except (OSError, ValueError, IndexError):
        return 0
