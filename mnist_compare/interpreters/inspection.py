"""Says as JSON what an interpreter has: `PATH -m mnist_compare.interpreters.inspection torch keras`.

It runs in the interpreter in question, and imports no framework: an answer takes a fraction of a second.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from mnist_compare.backend import Backend, find_backend
from mnist_compare.errors import BackendError, MnistCompareError
from mnist_compare.host.libraries import library_versions
from mnist_compare.host.source import source_sha256
from mnist_compare.host.version import __version__


class BackendState(msgspec.Struct, frozen=True):
    """What an interpreter has of a backend; `problem` where its adapter is not there or cannot be loaded.

    `extensions` has the SHA-256 of the source of each package that extends it.
    """

    missing: list[str] = []
    versions: dict[str, str] = {}
    source: str = ""
    problem: str = ""
    extensions: dict[str, str] = {}


class Inspection(msgspec.Struct, frozen=True):
    """What an interpreter has: its mnist_compare (version and source), its libraries, and the backends asked for."""

    mnist_compare: str
    source: str
    libraries: dict[str, str]
    backends: dict[str, BackendState]


def inspect_here(names: Sequence[str]) -> Inspection:
    """What this interpreter has."""
    states = {name: _state(name) for name in names}
    return Inspection(__version__, source_sha256("mnist_compare"), library_versions(), states)


def _state(name: str) -> BackendState:
    try:
        backend = find_backend(name)
        source = source_sha256(backend.package)
        return BackendState(backend.missing(), backend.versions(), source, extensions=_extensions(backend))
    except (MnistCompareError, ImportError) as error:
        return BackendState(problem=str(error))


def _extensions(backend: Backend) -> dict[str, str]:
    """Those of the backend; none where one is broken, which whoever needs them is told."""
    with suppress(BackendError):
        return {package: source_sha256(package) for package in backend.extensions}
    return {}


def main() -> None:
    """Write the inspection to stdout."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that a backend's package that prints cannot garble the answer
    # On a line of its own: Python's own start may have printed something.
    pipe.write(b"\n" + msgspec.json.encode(inspect_here(sys.argv[1:])))
    pipe.flush()


if __name__ == "__main__":
    main()
