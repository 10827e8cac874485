"""Where a worker works: told by the worker itself, since it may have another interpreter, or another machine."""

import sys
from typing import Any

import msgspec

from mnist_compare.backend import find_backend
from mnist_compare.host.checkout import find_checkout
from mnist_compare.host.libraries import library_versions
from mnist_compare.host.machine import affinity, describe_machine, load_average
from mnist_compare.host.quota import cpu_quota
from mnist_compare.host.source import source_sha256

CORE = "mnist_compare"


class Environment(msgspec.Struct, frozen=True):
    """The facts of a worker: its machine (see `host.machine`), its interpreter, and what is installed there.

    `versions` are those of the backend's distributions and of the libraries; `code` has the SHA-256 of the source of
    each package that makes the numbers (those of extensions too), `revision` and `dirty` the state of their checkout
    (None where there is none). `affinity` are the CPUs that the worker may use, `cpu_quota` how many cores' worth of
    CPU time, `load` the load average over one minute before the job (None on Windows). `node` is what a cluster calls
    the machine; "" where there is none.
    """

    machine: dict[str, Any]
    python: str
    versions: dict[str, str]
    code: dict[str, str]
    revision: str | None = None
    dirty: bool | None = None
    affinity: str = ""
    cpu_quota: float | None = None
    load: float | None = None
    node: str = ""


def gather_environment(backend: str) -> Environment:
    """The environment of this process, which works with that backend; raises BackendError where that is not here."""
    found = find_backend(backend)
    packages = (CORE, found.package, *found.extensions)
    checkout = find_checkout(packages)
    return Environment(
        machine=describe_machine(),
        python=sys.executable,
        versions=found.versions() | library_versions(),
        code={package: source_sha256(package) for package in packages},
        revision=checkout.revision if checkout else None,
        dirty=checkout.dirty if checkout else None,
        affinity=affinity(),
        cpu_quota=cpu_quota(),
        load=load_average(),
    )
