"""What must stand in the environment before a framework is imported, so that all start alike.

An unset OMP_NUM_THREADS means all cores to torch and one thread to Paddle. What one framework alone reads, its backend
says (`mnist_compare.backend.Backend.variables`); here is what the libraries below them read.
"""

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import psutil

from mnist_compare.host.inherited import is_inherited
from mnist_compare.host.quota import cpu_quota

# They lead an interpreter to packages or a home that are not its own.
LEADING_ASTRAY = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")


def physical_cores() -> int:
    """Cores that this process may use: hyperthreads not counted, and no more than its container's CPU quota holds."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota()
    limit = usable if quota is None else int(quota)
    return max(1, min(usable, limit, psutil.cpu_count(logical=False) or usable))


def thread_variables(threads: int) -> dict[str, str]:
    """The variables that give the libraries of every framework the same number of threads."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    # A waiting thread spins for about 0.1 ms and then sleeps: as fast as the default, which spins for milliseconds,
    # on a quiet machine, and many times faster on one with other work.
    return {name: str(threads) for name in names} | {"GOMP_SPINCOUNT": "5000"}


@cache
def processor_facts(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """What Linux says of its first processor, by name; nothing elsewhere."""
    try:
        facts = [line.partition(":") for line in cpuinfo.read_text().splitlines()]
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in reversed(facts)}


def processor_variables(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """What makes Intel's MKL use the vector units of AMD's processors.

    The MKL in Paddle (of 2019) takes its slowest code there, unless told which to take: 5 for AVX2, 7 for AVX-512. The
    newer one in torch asks the processor itself, and knows no such variable.
    """
    facts = processor_facts(cpuinfo)
    if facts.get("vendor_id") != "AuthenticAMD":
        return {}
    flags = set(facts.get("flags", "").split())
    if {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"} <= flags:
        return {"MKL_DEBUG_CPU_TYPE": "7"}
    return {"MKL_DEBUG_CPU_TYPE": "5"} if {"avx2", "fma"} <= flags else {}


def given_threads() -> int:
    """The threads that this process was given, or the physical cores."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(said)) if said.isdecimal() else physical_cores()


def library_variables() -> dict[str, str]:
    """Settings of libraries that frameworks share: fast on this processor, and comparable in arithmetic."""
    return processor_variables() | {
        "NVIDIA_TF32_OVERRIDE": "0",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        # Linux' C library gives larger arrays back to the system, in every step anew: clearing new ones for that took
        # up to half of a step's time.
        "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
        "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20),
    }


def starting_environment(python: str) -> dict[str, str]:
    """The environment to start an interpreter in: this one, less what would show it packages that are not its own.

    Those of the current folder never are: a file of the user's there may have the name of any module.
    """
    astray = () if python == sys.executable else LEADING_ASTRAY
    return {name: value for name, value in os.environ.items() if name not in astray} | {"PYTHONSAFEPATH": "1"}


def worker_environment(python: str) -> dict[str, str]:
    """The environment of any worker in this interpreter, without its threads: the same whatever the user has set."""
    own = {name: value for name, value in starting_environment(python).items() if is_inherited(name)}
    return (
        own
        | library_variables()
        | {
            "PYTHONHASHSEED": "0",
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": str(sys.flags.utf8_mode),  # paths mean the same to both
        }
    )


def set_defaults(variables: Mapping[str, str]) -> None:
    """Set these, and those of the libraries, in this process where they are not set yet."""
    for name, value in {**library_variables(), **variables}.items():
        os.environ.setdefault(name, value)
