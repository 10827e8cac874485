"""What a record says of how its run was made."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from mnist_compare.io.passwords import without_password
from mnist_compare.records.provenance import Provenance
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.planned_run import digest
from mnist_compare.worker.environment import Environment

LIBRARY_CALL = "compare(...)"


def make_provenance(spec: RunSpec, environments: Sequence[Environment], load_after: float | None) -> Provenance:
    """The provenance of a run from what its workers have told of themselves, the last one last; little where none has.

    `load_after` is the load average at its end.
    """
    told = environments[-1] if environments else None
    return Provenance(
        command=command_line(sys.argv),
        spec_sha256=digest(spec),
        code={package: sha256 for one in environments for package, sha256 in one.code.items()},
        revision=told.revision if told else None,
        dirty=told.dirty if told else None,
        affinity=told.affinity if told else "",
        cpu_quota=told.cpu_quota if told else None,
        load_before=environments[0].load if environments else None,
        load_after=load_after,
        nodes=tuple(dict.fromkeys(one.node for one in environments if one.node)),
    )


def command_line(arguments: list[str]) -> str:
    """The command of a process with these `sys.argv`, as a user would type it; `compare(...)` where it is another
    program that uses the library. Passwords in it are hidden.
    """
    arguments = [without_password(argument) for argument in arguments]
    program = Path(arguments[0]) if arguments and arguments[0] else Path("-")
    if program.parts[-2:] == ("mnist_compare", "__main__.py"):
        return shlex.join(["python", "-m", "mnist_compare", *arguments[1:]])
    if program.stem == "mnist-compare":
        return shlex.join(["mnist-compare", *arguments[1:]])
    return LIBRARY_CALL
