"""What machine this is: stable facts alone, so that records of one machine are seen to be of one."""

import os
import platform
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
