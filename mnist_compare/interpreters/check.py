"""Looks at interpreters before anything is trained, and refuses those that would train something else."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from mnist_compare.backend import Backend, find_backend
from mnist_compare.host.source import source_sha256
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.asking import ask
from mnist_compare.interpreters.choice import HERE, Choice, choose
from mnist_compare.interpreters.inspection import BackendState, Inspection, inspect_here
from mnist_compare.interpreters.interpreter_error import InterpreterError, install_framework, install_package, where
from mnist_compare.interpreters.requirement import extras


class Interpreter(msgspec.Struct, frozen=True):
    """A Python that can run a backend: its path, versions and source of what the backend needs, and its libraries."""

    path: str
    versions: dict[str, str]
    source: str
    libraries: dict[str, str]


def find_interpreter(backend: str, asked: Mapping[str, str | Path] | None = None) -> Interpreter:
    """The interpreter that will run the backend; `asked` is what --python says. Raises as find_interpreters does."""
    name = find_backend(backend).name
    return find_interpreters([name], choose(asked or {}))[name]


def find_interpreters(names: Iterable[str], choices: Mapping[str, Choice]) -> dict[str, Interpreter]:
    """The chosen interpreters of these backends, each looked at.

    Raises UsageError for an unknown backend, InterpreterError for an interpreter that does not work, has no
    mnist_compare or another one, or lacks the framework.
    """
    using: dict[Choice, list[Backend]] = {}
    for backend in map(find_backend, dict.fromkeys(names)):
        using.setdefault(choices[backend.name], []).append(backend)
    found: dict[str, Interpreter] = {}
    for choice, served in using.items():
        inspection = _inspect(choice, [backend.name for backend in served])
        found |= {backend.name: _judge(backend, choice, inspection) for backend in served}
    return found


def _inspect(choice: Choice, names: list[str]) -> Inspection:
    if choice.origin == HERE:
        return inspect_here(names)
    found = ask(choice, names)
    if found.mnist_compare != __version__:
        problem = f"{where(choice, names)} has mnist_compare {found.mnist_compare}, and this one is {__version__}."
        raise InterpreterError(problem, install_package(choice, names))
    if found.source != source_sha256("mnist_compare"):
        problem = f"{where(choice, names)} has a mnist_compare {__version__} whose source is not the same as here."
        raise InterpreterError(problem, install_package(choice, names, again=True))
    return found


def _judge(backend: Backend, choice: Choice, inspection: Inspection) -> Interpreter:
    state = inspection.backends[backend.name]
    _check_package(backend, choice, state)
    if state.missing:
        raise InterpreterError(
            f"Backend {backend.name!r} needs {' and '.join(state.missing)}, which {choice.path} does not have.",
            install_framework(choice, backend),
        )
    return Interpreter(choice.path, state.versions, state.source, inspection.libraries)


def _other_extensions(backend: Backend, state: BackendState) -> list[str]:
    """The packages of extensions that are not the same here and there, or only at one of the two."""
    here = {package: source_sha256(package) for package in backend.extensions}
    return sorted({package for package, _ in here.items() ^ state.extensions.items()})


def _check_package(backend: Backend, choice: Choice, state: BackendState) -> None:
    """Raise InterpreterError where the package that adapts the framework is not there, or is not the same as here."""
    place = where(choice, [backend.name])
    if state.problem:
        problem = f"{place} cannot load the package {backend.package}: {state.problem}"
    elif choice.origin != HERE and state.source != source_sha256(backend.package):
        problem = f"{place} has a package {backend.package} whose source is not the same as here."
    elif choice.origin != HERE and (others := _other_extensions(backend, state)):
        raise InterpreterError(
            f"{place} has not the same extensions as here ({', '.join(others)}).",
            f"Install the same packages there, with {choice.path} -m pip.",
        )
    else:
        return
    if backend.name in extras() or choice.origin == HERE:
        raise InterpreterError(problem, install_package(choice, [backend.name], again=True))
    raise InterpreterError(problem, f"Install the same package there, with {choice.path} -m pip.")
