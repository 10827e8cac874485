"""Times without pauses: a process may be stopped, its container frozen, or its machine suspended."""

from threading import Event, Lock, Thread
from time import perf_counter, process_time
from typing import Self

BEAT_SECONDS = 0.2
PAUSE_SECONDS = 1.0


class Stopwatch:
    """Takes the seconds of one thing after the other, in a `with` block.

    A thread looks at the clock again and again. Where it has not come to that for long, and the process has computed
    nothing meanwhile, all of it stood still: a framework that computes, or waits for another process or a device, does
    not hold up that thread, or is busy itself.
    """

    def __init__(self) -> None:
        self._over, self._lock = Event(), Lock()
        self._looked, self._worked = perf_counter(), process_time()
        self._started, self._paused = self._looked, 0.0

    def __enter__(self) -> Self:
        self._over = Event()  # another one, so that the thread of the block before ends
        self._looked, self._worked = perf_counter(), process_time()
        Thread(target=self._beat, args=(self._over,), daemon=True).start()
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

    def _look(self) -> None:
        with self._lock:
            now, worked = perf_counter(), process_time()
            still = now - self._looked - BEAT_SECONDS
            if still > PAUSE_SECONDS and worked - self._worked < still / 2:
                self._paused += still
            self._looked, self._worked = now, worked
