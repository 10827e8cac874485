"""Where runs are trained, as far as their plan has to know: this machine, unless an engine says otherwise."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import Interpreter, find_interpreters
from mnist_compare.interpreters.choice import backend_names, choose

Python = Mapping[str, str | Path]
"""What --python says: the interpreter of each backend that it names."""


class Place:
    """Its interpreters and its cores; by itself those of this machine."""

    def backends(self, python: Python) -> list[str]:
        """The frameworks that can be used where no backend is named; raises BackendError without any."""
        return backend_names((), choose(python))

    def interpreters(self, names: Sequence[str], python: Python) -> dict[str, Interpreter]:
        """The interpreter of each of these backends; raises UsageError or BackendError where one cannot be used."""
        return find_interpreters(names, choose(python))

    def threads(self, asked: int | None, jobs: int, device: str) -> int:
        """CPU threads of each of so many runs at a time: those that are asked for, or a fair share of the cores.

        Raises UsageError where no machine has room for such a run.
        """
        return asked or max(1, physical_cores() // jobs)
