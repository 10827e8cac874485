"""A comparison's folder: its own, and one command's at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from mnist_compare import __version__
from mnist_compare.errors import OutputError
from mnist_compare.files import write_file
from mnist_compare.reading import read_file
from mnist_compare.runner.plan import Plan

COMPARISON_FILE = "comparison.json"
LOCK_FILE = ".lock"
MAX_COMPARISON_BYTES = 10_000_000
ELSEWHERE = "Give another folder with --output."


class Identity(msgspec.Struct, frozen=True):
    """What a folder is of."""

    mnist_compare: str
    identity: str
    runs: list[str]


@contextmanager
def claimed(folder: Path, plan: Plan) -> Iterator[None]:
    """Make the folder this comparison's, and keep every other command off it meanwhile.

    Raises OutputError where it holds something else, another command is at work on it, or it cannot be written.
    """
    _refuse_foreign(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_FILE)
        lock.acquire(timeout=0)
    except Timeout:
        raise OutputError(
            f"Another command is at work on {folder}. Wait until it has ended, or give another folder with --output."
        ) from None
    except OSError as error:
        raise OutputError(f"Cannot write to {folder}: {error.strerror or error}. {ELSEWHERE}") from None
    try:
        _claim(folder, plan)
        yield
    finally:
        lock.release()


def require_claimed(folder: Path) -> None:
    """Raise OutputError where somebody has removed the folder meanwhile: what is written now would be half of one."""
    if not (folder / COMPARISON_FILE).is_file():
        raise OutputError(f"The folder {folder} is gone, or what was in it. The same command begins anew.")


def _refuse_foreign(folder: Path) -> None:
    """Before anything is written: a folder of somebody else's gets not even a lock."""
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file, not a folder. {ELSEWHERE}")
        # In this order: another command may be making the folder its own just now.
        if folder.exists() and _visible(folder) and not (folder / COMPARISON_FILE).exists():
            raise OutputError(f"{folder} is not empty and holds no comparison. Give a new or empty folder.")
    except OSError as error:
        raise OutputError(f"Cannot read {folder}: {error.strerror}. {ELSEWHERE}") from None


def _visible(folder: Path) -> list[Path]:
    """What is in the folder, but for the lock and half files of a command that has just begun."""
    return [path for path in folder.iterdir() if path.name != LOCK_FILE and not path.name.endswith(".tmp")]


def _claim(folder: Path, plan: Plan) -> None:
    path = folder / COMPARISON_FILE
    if not path.exists():
        identity = Identity(__version__, plan.identity, [run.name for run in plan.runs])
        write_file(path, msgspec.json.format(msgspec.json.encode(identity)) + b"\n")
        return
    try:
        found = msgspec.json.decode(read_file(path, MAX_COMPARISON_BYTES), type=Identity).identity
    except OSError as error:
        raise OutputError(f"Cannot read {path}: {error.strerror}. {ELSEWHERE}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise OutputError(f"{path} is damaged. {ELSEWHERE}") from None
    if found != plan.identity:
        raise OutputError(
            f"{folder} holds another comparison, with other runs or data. {ELSEWHERE[:-1]}, "
            "or leave --output out: each comparison then has a folder of its own."
        )
