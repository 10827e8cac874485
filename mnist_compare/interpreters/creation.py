"""Makes an environment for one backend: venv, then pip with this very mnist_compare and the framework's extra."""

import shlex
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from mnist_compare.backend import backends, own_name
from mnist_compare.errors import BackendError, UsageError, unknown
from mnist_compare.host.environment import starting_environment
from mnist_compare.host.processes import OWN_GROUP, interrupt_group, kill_tree
from mnist_compare.host.signals import STOPPING
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.check import Interpreter, find_interpreters
from mnist_compare.interpreters.choice import MADE, Choice, resolve
from mnist_compare.interpreters.envs import Env, delete, env_of, sole_maker
from mnist_compare.interpreters.interpreter_error import InterpreterError
from mnist_compare.interpreters.requirement import constraints_file, extras, this_package
from mnist_compare.io.files import write_file

LAST_LINES = 15
GRACE_SECONDS = 5.0
TOLD = ("Collecting ", "Downloading ", "Building ", "Installing ", "Obtaining ", "Processing ", "Successfully ")

Say = Callable[[str], None]


class Wanted(msgspec.Struct, frozen=True):
    """How environments are to be made: from which Python, and with which versions (None: the newest that fit)."""

    base: str
    constraint: Path | None

    @classmethod
    def of(cls, base: str | None, constraint: Path | None, *, latest: bool) -> "Wanted":
        """What a user has asked for; by default this Python and the versions that the tests run on."""
        path = sys.executable if base is None else resolve(base, "--python names it")
        return cls(path, None if latest else (constraint or constraints_file()).absolute())


def creatable(names: list[str]) -> list[str]:
    """The names, each once; raises UsageError for one that there is no extra for."""
    valid = [name for name in backends() if name in extras()]
    if not names:
        raise UsageError(f"No framework given. Valid: {', '.join(valid)}.")
    meant = list(dict.fromkeys(map(own_name, names)))
    for name in meant:
        if name not in valid:
            raise unknown("framework", name, valid)
    return meant


def create_env(name: str, wanted: Wanted, say: Say = lambda line: None, *, force: bool = False) -> Interpreter:
    """The backend's environment: the one that is there, unless it is not whole, or `force`; else a new one.

    `say` is told how pip gets on. Raises InterpreterError where the one that is there is of no use, BackendError where
    making one fails, OutputError where there is no room. An exception, Ctrl-C too, leaves no half environment.
    """
    env = env_of(name)
    with sole_maker(env):
        if not force and env.is_whole:
            interpreter = check_env(env)
            say(f"{name}: kept, as it was made before; --force makes it again")
            return interpreter
        delete(env)
        try:
            return _make(env, wanted, say)
        except BaseException:
            delete(env)
            raise


def check_env(env: Env) -> Interpreter:
    """The environment's interpreter; raises InterpreterError where its backend cannot run in it."""
    return find_interpreters([env.name], {env.name: Choice(str(env.python), MADE)})[env.name]


def _make(env: Env, wanted: Wanted, say: Say) -> Interpreter:
    say(f"{env.name}: making {env.folder}")
    _call([wanted.base, "-m", "venv", str(env.folder)], f"{wanted.base} could not make {env.folder}", "")
    package = this_package(env.name)
    tested = ["--constraint", str(wanted.constraint)] if wanted.constraint else []
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    _call(
        [str(env.python), "-m", "pip", "install", *quiet, *tested, *package],
        f"pip could not install {package[-1]} into {env.folder}",
        _advice(wanted),
        lambda line: say(f"{env.name}: {line}") if line.startswith(TOLD) else None,
    )
    try:
        interpreter = check_env(env)
    except InterpreterError as error:
        again = shlex.join([sys.executable, "-m", "pip", "install", "--force-reinstall", "--no-deps", *this_package()])
        raise BackendError(
            f"{error.problem} What mnist_compare was installed from has changed since. Install it again with: {again}"
        ) from None
    marker = {"mnist_compare": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds")}
    write_file(env.marker, msgspec.json.encode(marker))
    return interpreter


def _advice(wanted: Wanted) -> str:
    if wanted.constraint is None:
        return "Another Python may help: --python PATH."
    return (
        f"It was to keep to the versions in {wanted.constraint}: --latest takes the newest instead, "
        "--constraint FILE those of your own, and --python PATH another Python."
    )


def _call(command: list[str], failed: str, advice: str, on_line: Say = lambda line: None) -> None:
    """Run a program to its end; raises BackendError with its last lines where it fails."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    with ExitStack() as stack:
        with _later():
            process = stack.enter_context(_start(command, failed))
            stack.push(lambda kind, *_: _end(process) if kind else None)
        for line in process.stdout or ():
            if line.strip():
                last.append(line.rstrip())
                on_line(line.strip())
    if process.returncode:
        words = "\n".join(f"  {line}" for line in last)
        raise BackendError(f"{failed}:\n{words}\n{advice}".strip())


@contextmanager
def _later() -> Iterator[None]:
    """Let Ctrl-C wait: where it came while a program is started, nobody would know what to end. Windows has no such
    waiting: there the start is as short as can be.
    """
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        _hear()


def _hear() -> None:
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


def _start(command: list[str], failed: str) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            command,
            env=starting_environment(command[0]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=None if sys.platform == "win32" else _hear,  # noqa: PLW1509 (one thread alone is at work here)
            **OWN_GROUP,  # so that its end is the end of all that it has started
        )
    except OSError as error:
        raise BackendError(f"{failed}: {command[0]} does not start: {error.strerror}.") from None


def _end(process: "subprocess.Popen[str]") -> None:
    """Let a program and those that it has started tidy up and end; what goes on would write into what is deleted."""
    interrupt_group(process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    kill_tree(process)
