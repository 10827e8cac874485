"""Gathers what a record says of how its run was made."""

import os
import shlex
import sys
from pathlib import Path

from mnist_compare.backend import find_backend, relay_members
from mnist_compare.host.checkout import find_checkout
from mnist_compare.host.quota import cpu_quota
from mnist_compare.host.source import source_sha256
from mnist_compare.records.provenance import Provenance
from mnist_compare.records.results import RunSpec
from mnist_compare.runner.plan import digest

LIBRARY_CALL = "compare(...)"


def gather(spec: RunSpec, load_before: float | None) -> Provenance:
    """The provenance of a run that has just ended; `load_before` is the load average at its start."""
    packages = code_packages(spec.backend)
    checkout = find_checkout(packages)
    return Provenance(
        command=command_line(sys.argv),
        spec_sha256=digest(spec),
        code={package: source_sha256(package) for package in packages},
        revision=checkout.revision if checkout else None,
        dirty=checkout.dirty if checkout else None,
        affinity=affinity(),
        cpu_quota=cpu_quota(),
        load_before=load_before,
        load_after=load_average(),
    )


def code_packages(backend: str) -> tuple[str, ...]:
    """The packages whose source makes the numbers of a run: the core, and the adapters of its backends."""
    adapters = [find_backend(name).package for name in relay_members(backend)]
    return tuple(dict.fromkeys(["mnist_compare", *adapters]))


def command_line(arguments: list[str]) -> str:
    """The command of a process with these `sys.argv`, as a user would type it; `compare(...)` where it is another
    program that uses the library.
    """
    program = Path(arguments[0]) if arguments and arguments[0] else Path("-")
    if program.parts[-2:] == ("mnist_compare", "__main__.py"):
        return shlex.join(["python", "-m", "mnist_compare", *arguments[1:]])
    if program.stem == "mnist-compare":
        return shlex.join(["mnist-compare", *arguments[1:]])
    return LIBRARY_CALL


def load_average() -> float | None:
    """How many processes have run or waited for a CPU over the last minute, on average; None where nobody counts."""
    if sys.platform == "win32":
        return None
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
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
