"""What this process and the others of the machine take: memory and cores."""

import os
import sys
from contextlib import suppress
from time import perf_counter

import psutil


class Load:
    """What other processes do from now on, on the cores that this one may use."""

    def __init__(self) -> None:
        self._begin, self._busy, self._own = perf_counter(), self._machine(), self._process()

    def other_cores(self) -> float:
        """How many cores they have kept busy, on average."""
        others = (self._machine() - self._busy) - (self._process() - self._own)
        return max(0.0, round(others / max(perf_counter() - self._begin, 1e-9), 2))

    @staticmethod
    def _machine() -> float:
        found = psutil.cpu_times(percpu=True)
        if hasattr(os, "sched_getaffinity") and (usable := os.sched_getaffinity(0)) <= set(range(len(found))):
            found = [found[core] for core in usable]
        # steal: what a virtual machine's host has given to others
        return float(sum(t.user + t.system + getattr(t, "nice", 0.0) + getattr(t, "steal", 0.0) for t in found))

    @staticmethod
    def _process() -> float:
        """What this process has taken, and those that it has started."""
        own = psutil.Process()
        ended = own.cpu_times()
        total = (
            ended.user + ended.system + getattr(ended, "children_user", 0.0) + getattr(ended, "children_system", 0.0)
        )
        for child in own.children(recursive=True):
            with suppress(psutil.Error):
                times = child.cpu_times()
                total += times.user + times.system
        return float(total)


def peak_memory() -> int:
    """The largest resident memory of this process, in bytes."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # Windows has none

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
