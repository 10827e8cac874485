"""Asks another interpreter what it has, by starting the inspection in it."""

import subprocess
from collections.abc import Sequence

import msgspec

from mnist_compare.host.environment import worker_environment
from mnist_compare.interpreters.choice import Choice
from mnist_compare.interpreters.inspection import Inspection
from mnist_compare.interpreters.interpreter_error import InterpreterError, give_another, install_package, where

MODULE = "mnist_compare.interpreters.inspection"
PACKAGE = MODULE.partition(".")[0]
TIMEOUT_SECONDS = 60.0


def ask(choice: Choice, names: Sequence[str], timeout: float = TIMEOUT_SECONDS) -> Inspection:
    """What the interpreter says of itself and these backends; raises InterpreterError where it does not say it."""
    try:
        done = subprocess.run(
            [choice.path, "-m", MODULE, *names],
            env=worker_environment(choice.path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except OSError as error:
        raise InterpreterError(
            f"{where(choice, names)} does not start: {error.strerror}.", give_another(choice, names)
        ) from None
    except subprocess.TimeoutExpired:
        problem = f"{where(choice, names)} has not answered within {timeout:.0f} seconds."
        raise InterpreterError(problem, give_another(choice, names)) from None
    try:
        return msgspec.json.decode(done.stdout.rpartition(b"\n")[2], type=Inspection)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _no_answer(choice, names, done.stderr.decode(errors="replace")) from None


def _no_answer(choice: Choice, names: Sequence[str], said: str) -> InterpreterError:
    last = said.strip().rpartition("\n")[2][:300] or "it said nothing"
    missing = last.rpartition("No module named ")[2].strip("').") if "No module named" in last else ""
    if missing == PACKAGE:
        return InterpreterError(f"{where(choice, names)} has no {PACKAGE}.", install_package(choice, names))
    if missing:  # an older one has no inspection; one without its requirements lacks another module
        problem = f"{where(choice, names)} has an old or incomplete {PACKAGE}: {missing} is missing."
        return InterpreterError(problem, install_package(choice, names))
    return InterpreterError(f"{where(choice, names)} is no Python that works: {last}.", give_another(choice, names))
