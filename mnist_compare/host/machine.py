"""What machine this is: stable facts alone, so that records of one machine are seen to be of one."""

import os
import platform
import sys
from functools import cache
from typing import Any

import psutil

from mnist_compare.host.environment import physical_cores, processor_facts
from mnist_compare.host.gpus import describe_gpus


@cache
def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory in bytes, system, and GPUs with their driver."""
    return {
        "cpu": _cpu_model(),
        "cores": psutil.cpu_count(logical=False) or os.cpu_count(),
        "usable_cores": physical_cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "gpus": describe_gpus(),
    }


def _cpu_model() -> str:
    return processor_facts().get("model name") or platform.processor() or platform.machine()


def load_average() -> float | None:
    """How many processes have run or waited for a CPU over the last minute, on average; None where nobody counts."""
    if sys.platform == "win32":
        return None
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def affinity() -> str:
    """The CPUs that this process may use, as ranges: "0-3,8"; "" where the system does not say."""
    if not hasattr(os, "sched_getaffinity"):
        return ""
    return ranges(sorted(os.sched_getaffinity(0)))


def ranges(numbers: list[int]) -> str:
    """[0, 1, 2, 5] -> "0-2,5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
