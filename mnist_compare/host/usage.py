"""What this process and the others of the machine take: memory and cores."""

import os
import re
import sys
from pathlib import Path
from time import perf_counter

import psutil

PEAK = re.compile(r"^VmHWM:\s*(\d+) kB", re.MULTILINE)


class Load:
    """What other processes do from now on, on the cores that this one may use."""

    def __init__(self) -> None:
        self._begin, self._busy, self._own = perf_counter(), self._machine(), cpu_seconds()

    def other_cores(self, helpers: float = 0.0) -> float:
        """How many cores they have kept busy, on average; `helpers` are the CPU seconds of those that are no others."""
        others = (self._machine() - self._busy) - (cpu_seconds() - self._own) - helpers
        return max(0.0, round(others / max(perf_counter() - self._begin, 1e-9), 2))

    @staticmethod
    def _machine() -> float:
        found = psutil.cpu_times(percpu=True)
        if hasattr(os, "sched_getaffinity") and (usable := os.sched_getaffinity(0)) <= set(range(len(found))):
            found = [found[core] for core in usable]
        # steal: what a virtual machine's host has given to others
        return float(sum(t.user + t.system + getattr(t, "nice", 0.0) + getattr(t, "steal", 0.0) for t in found))


def cpu_seconds() -> float:
    """What this process has taken of all cores since it was started."""
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


def peak_memory() -> int:
    """The largest resident memory of this process, in bytes."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    if sys.platform == "linux" and (found := PEAK.search(Path("/proc/self/status").read_text())):
        return int(found[1]) * 1024  # getrusage counts what the process had been before it became this program
    import resource  # Windows has none

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
