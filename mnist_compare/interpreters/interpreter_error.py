"""The refusal of an interpreter: what is wrong with it, why it was the one, and the command that helps."""

import shlex
from collections.abc import Sequence

from mnist_compare.backend import Backend
from mnist_compare.errors import BackendError
from mnist_compare.interpreters.choice import HERE, MADE, Choice
from mnist_compare.interpreters.requirement import extras, this_package


class InterpreterError(BackendError):
    """An interpreter that cannot run a backend. `remedy` is a sentence with a command."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem, self.remedy = problem, remedy


def where(choice: Choice, names: Sequence[str]) -> str:
    """The interpreter, with the reason why it is the one."""
    if choice.origin == HERE:
        return choice.path
    verb = "has made" if choice.origin == MADE else "names"
    return f"{choice.path}, which {choice.origin} {verb} for {' and '.join(map(repr, names))},"


def install_package(choice: Choice, names: Sequence[str], *, again: bool = False) -> str:
    """How this mnist_compare comes to an interpreter that has none (`again`: that has one like it)."""
    if choice.origin == MADE:
        return make_again(names)
    wanted = ",".join(name for name in names if name in extras())
    what = ["--force-reinstall", "--no-deps", *this_package()] if again else this_package(wanted)
    return f"Install it with: {shlex.join([choice.path, '-m', 'pip', 'install', *what])}"


def install_framework(choice: Choice, backend: Backend) -> str:
    """How the framework comes to an interpreter that has this mnist_compare."""
    if choice.origin == MADE:
        return make_again([backend.name])
    own = f", or in an environment of its own: python -m mnist_compare envs create {backend.name}"
    offer = own if choice.origin == HERE and backend.name in extras() else ""
    return f"Install it with: {_installing(choice, backend)}{offer}"


def reinstall(choice: Choice, backend: Backend) -> str:
    """What to do about a framework that is there and does not work."""
    if choice.origin == MADE:
        return make_again([backend.name])
    return f"Reinstall: {_installing(choice, backend)} --force-reinstall"


def _installing(choice: Choice, backend: Backend) -> str:
    return backend.install if choice.origin == HERE else f"{shlex.quote(choice.path)} -m {backend.install}"


def give_another(choice: Choice, names: Sequence[str]) -> str:
    """What to do about a file that is no usable Python."""
    if choice.origin == MADE:
        return make_again(names)
    return f"Give another one, such as --python {names[0]}=/path/to/environment."


def make_again(names: Sequence[str]) -> str:
    """How an environment of `envs create` is mended."""
    return f"Make it again with: python -m mnist_compare envs create {' '.join(names)} --force"
