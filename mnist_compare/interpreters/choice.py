"""Which interpreter each backend gets: --python, then mnist-compare.toml, then this one, then one made for it."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from mnist_compare.backend import Backend, backends, find_backend
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.interpreters.envs import python_of, whole_env
from mnist_compare.interpreters.settings import SETTINGS_FILE, read_settings

HERE = ""
OPTION = "--python"
MADE = "envs create"


class Choice(msgspec.Struct, frozen=True):
    """The interpreter that a backend gets, and what has chosen it: OPTION, SETTINGS_FILE, MADE, or HERE."""

    path: str
    origin: str


def choose(asked: Mapping[str, str | Path]) -> dict[str, Choice]:
    """The interpreter of every backend; `asked` is what --python says. Nothing is started.

    Raises UsageError for a backend that is not there, and for a path that leads to no interpreter.
    """
    told = {name: Choice(str(path), SETTINGS_FILE) for name, path in read_settings().python.items()}
    told |= {name: Choice(str(path), OPTION) for name, path in asked.items()}
    found = {_own_name(name, choice.origin): _resolve_named(name, choice) for name, choice in told.items()}
    return {name: found.get(name) or _default_choice(backend) for name, backend in backends().items()}


def backend_names(wanted: Sequence[str], choices: Mapping[str, Choice], *, reference: bool = True) -> list[str]:
    """The names, each once; without any, all frameworks that are installed here or have an interpreter of their own.

    Raises BackendError where there is none; it tells of the NumPy reference where that alone will do.
    """
    if wanted:
        return list(dict.fromkeys(find_backend(name).name for name in wanted))
    found = [
        backend.name
        for backend in backends().values()
        if not backend.is_reference and (choices[backend.name].origin != HERE or not backend.missing())
    ]
    if not found:
        alone = "; or compare with the reference: --backends numpy" if reference else ""
        raise BackendError(
            "No framework is installed. Install one or all with: pip install 'mnist-compare[all]'; give each an "
            f"environment of its own with: python -m mnist_compare envs create torch keras paddle{alone}."
        )
    return found


def _default_choice(backend: Backend) -> Choice:
    env = whole_env(backend.name)
    if env and backend.missing():
        return Choice(str(env.python), MADE)
    return Choice(sys.executable, HERE)


def _own_name(backend: str, origin: str) -> str:
    """The name of the backend; the error for one that is not there says where the name comes from."""
    try:
        return find_backend(backend).name
    except UsageError as error:
        raise UsageError(f"{origin}: {error}") from None


def _resolve_named(backend: str, choice: Choice) -> Choice:
    path = resolve(choice.path, f"{choice.origin} names it for {backend!r}")
    return Choice(path, HERE if path == sys.executable else choice.origin)


def resolve(named: str | Path, why: str) -> str:
    """The full path of the interpreter that a user names: as a file, an environment's folder, or a command.

    Raises UsageError, with the reason `why` it is looked for, where there is none.
    """
    path = Path(named)
    try:
        given = path.expanduser()
        path = python_of(given) if given.is_dir() else given
        there = path.exists()
    except (OSError, RuntimeError):  # a name that is too long, the home of a user that there is not
        there = False
    if not there:
        command = shutil.which(named)
        if command is None:
            raise UsageError(f"There is no interpreter {path} ({why}). Give a Python, or the folder of an environment.")
        path = Path(command)
    # Links are kept: an environment's interpreter is one, and leads to a Python that knows nothing of it.
    return sys.executable if _is_this(path) else str(path.absolute())


def _is_this(path: Path) -> bool:
    """Whether the path is this process's interpreter, perhaps under another of its names."""
    own = Path(sys.executable)
    return path.parent.resolve() == own.parent.resolve() and path.samefile(own)
