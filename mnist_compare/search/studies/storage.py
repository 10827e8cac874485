"""Where a study is kept: in a journal, a file that several commands may write to, or in a database."""

import warnings
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

from mnist_compare.errors import OutputError, UsageError
from mnist_compare.io.files import cut_off, half_line
from mnist_compare.io.passwords import HIDDEN, without_password
from mnist_compare.io.reading import user_path

JOURNAL_FILE = "journal.log"
CONNECT_SECONDS = 10
MAX_LINE_BYTES = 10_000_000

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", module="optuna", category=optuna.exceptions.ExperimentalWarning)


class _JournalLock:
    """A lock that the system takes away from a command that is killed; Optuna's own stays for half a minute."""

    def __init__(self, journal: Path) -> None:
        self._lock = FileLock(f"{journal}.lock", thread_local=False)

    def acquire(self) -> bool:
        """Wait for it."""
        self._lock.acquire()
        return True

    def release(self) -> None:
        """Let others have it."""
        self._lock.release()


def is_database(address: str) -> bool:
    """Whether it is the address of a database, and not the path of a journal."""
    return "://" in address


def storage_place(address: str | None, folder: Path) -> str:
    """The address without its password, or the path of the journal; it is in the study's folder without an address."""
    if address is None:
        return str(folder / JOURNAL_FILE)
    if is_database(address):
        return without_password(address).partition("?")[0].replace(f":{HIDDEN}@", "@")
    return str(user_path(address).resolve())


def open_storage(address: str | None, folder: Path) -> BaseStorage:
    """The storage, which is made where it is missing; raises UsageError where there can be none."""
    place = storage_place(address, folder)
    return _database(address, place) if address and is_database(address) else _journal(Path(place))


def _database(address: str, place: str) -> BaseStorage:
    settings: dict[str, Any] = {"pool_pre_ping": True}
    if address.startswith("postgresql"):
        settings["connect_args"] = {"connect_timeout": CONNECT_SECONDS}
    try:
        return RDBStorage(address, engine_kwargs=settings)
    except ImportError as error:
        missing = getattr(error, "name", "") or getattr(error.__cause__, "name", "") or "its driver"
        raise UsageError(
            f"The database {place} needs the Python package {missing}, which is not installed. Run: python -m pip "
            'install "psycopg[binary]" (of PostgreSQL).'
        ) from None
    except Exception as error:  # of the driver, of SQLAlchemy, or of the database itself
        reason = without_password(" ".join(str(error).partition("\n(Background")[0].split())).rstrip(".?! ")
        raise UsageError(
            f"The database {place} cannot be used for a study: {reason}. Give an address such as "
            "postgresql://user@host:5432/database, or leave --storage out: the study is then kept in its folder."
        ) from None


def _journal(path: Path) -> BaseStorage:
    lock = _JournalLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        try:
            _repair(path)
        finally:
            lock.release()
        return JournalStorage(JournalFileBackend(str(path), lock))  # type: ignore[arg-type]  # it has no public base
    except OSError as error:
        raise OutputError(
            f"Cannot write the journal {path}: {error.strerror or error}. Give another --storage."
        ) from None
    except Exception as error:  # whatever Optuna meets in what is no journal
        raise UsageError(
            f"{path} is no journal of a study, or it is damaged ({type(error).__name__}: {error}). Give another "
            "--storage, or another folder."
        ) from None


def _repair(path: Path) -> None:
    """Take away a last line that was written by half: the next one would be part of it."""
    if path.exists():
        start, half = half_line(path, MAX_LINE_BYTES)
        if half:
            cut_off(path, start)
