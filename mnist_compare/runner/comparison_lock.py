"""A comparison's folder: its own, and one command's at a time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import msgspec

from mnist_compare.errors import OutputError
from mnist_compare.host.version import __version__
from mnist_compare.io.files import gone, replaced, stamp, write_file
from mnist_compare.io.folder_lock import ELSEWHERE, LOCK_FILE, FolderLock, locked, refuse_file
from mnist_compare.io.reading import read_utf8
from mnist_compare.records.results import RESULTS_FILE, read_all_records
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.plan import Plan
from mnist_compare.runner.planned_run import name_parts

COMPARISON_FILE = "comparison.json"
RUNS_FOLDER = "runs"
SUPERSEDED = "-superseded-"
MAX_COMPARISON_BYTES = 10_000_000


class Identity(msgspec.Struct, frozen=True):
    """What a folder is of: `identity` of the command that made it, and `without_seeds` of all that add seeds to it.

    Older versions wrote no `without_seeds`: their folders take no further seeds.
    """

    mnist_compare: str
    identity: str
    runs: list[str]
    without_seeds: str = ""


class ComparisonLock:
    """A folder that is this comparison's and this command's, until its lock is released."""

    def __init__(self, lock: FolderLock, identity: str) -> None:
        self.folder = lock.folder
        self._lock, self._identity = lock, identity
        self._path = self.folder / COMPARISON_FILE
        self._seen = stamp(self._path)

    def require(self) -> None:
        """Raise OutputError unless the folder still is what was claimed: to be called before whatever is written there.

        It may have been removed meanwhile, and another command may have made it anew.
        """
        self._lock.require()
        try:
            seen = stamp(self._path)
        except OSError as error:
            raise gone(self.folder, error) from None
        if seen != self._seen:
            if _read_identity(self._path).identity != self._identity:
                raise replaced(self.folder)
            self._seen = seen


@contextmanager
def locked_comparison(folder: Path, plan: Plan) -> Iterator[ComparisonLock]:
    """Make the folder this comparison's, and keep every other command off it meanwhile.

    Raises OutputError where it holds something else, another command is at work on it, or it cannot be written.
    """
    _refuse_foreign(folder, plan)
    with locked(folder) as lock:
        yield ComparisonLock(lock, _claim(folder, plan))


def _refuse_foreign(folder: Path, plan: Plan) -> None:
    """Before anything is written: a folder of somebody else's gets not even a lock."""
    refuse_file(folder)
    try:
        # In this order: another command may be making the folder its own just now.
        if not folder.exists() or not _visible(folder) or (folder / COMPARISON_FILE).exists():
            return
        if not (folder / RESULTS_FILE).exists() and not (folder / RUNS_FOLDER).is_dir():
            raise OutputError(f"{folder} is not empty and holds no comparison. Give a new or empty folder.")
        if not _is_of(folder, plan):
            raise OutputError(
                f"{folder} holds runs, but no {COMPARISON_FILE}, and not all of them are of this comparison. "
                f"{ELSEWHERE[:-1]}, or the command that made them: it writes {COMPARISON_FILE} anew."
            )
    except OSError as error:
        raise OutputError(f"Cannot read {folder}: {error.strerror}. {ELSEWHERE}") from None


def _is_of(folder: Path, plan: Plan) -> bool:
    """Whether all that the folder has of runs, records or else checkpoints, is of the plan's."""
    records = read_all_records(folder) if (folder / RESULTS_FILE).exists() else []
    if records:
        specs = [_comparable(run.spec) for run in plan.runs]
        return all(_comparable(record.spec) in specs for record in records)
    names = [path.name.partition(SUPERSEDED)[0] for path in (folder / RUNS_FOLDER).iterdir()]
    return set(names) <= {run.name for run in plan.runs}


def _comparable(spec: RunSpec) -> RunSpec:
    """The spec without its seed, and without what may be another one on another machine."""
    return msgspec.structs.replace(spec, seed=0, threads=1, data=msgspec.structs.replace(spec.data, source=""))


def _visible(folder: Path) -> list[Path]:
    """What is in the folder, but for the lock and half files of a command that has just begun."""
    return [path for path in folder.iterdir() if path.name != LOCK_FILE and not path.name.endswith(".tmp")]


def place_aside(place: Path) -> Path:
    """Where a folder goes that others are to take the place of, beside it: the first such name that is free."""
    return next(one for n in count(1) if not (one := place.with_name(f"{place.name}{SUPERSEDED}{n}")).exists())


def rename(place: Path, wanted: Path) -> None:
    """Rename a folder; raises OutputError where that cannot be."""
    try:
        place.rename(wanted)
    except OSError as error:
        raise OutputError(f"Cannot rename {place}: {error.strerror}.") from None


def holds_another(folder: Path, plan: Plan) -> bool:
    """Whether the folder is of another comparison than the plan's; raises OutputError where that cannot be read."""
    path = folder / COMPARISON_FILE
    return path.exists() and _is_another(_read_identity(path), plan)


def planned_names(folder: Path) -> list[str]:
    """The names of all runs that commands have begun the folder with; none where it says nothing of them."""
    with suppress(OutputError):
        return _read_identity(folder / COMPARISON_FILE).runs
    return []


def check_folder(folder: Path, plan: Plan) -> None:
    """Raise OutputError, as `locked_comparison` would, where the folder holds something else; nothing is written."""
    _refuse_foreign(folder, plan)
    if holds_another(folder, plan):
        raise _another(folder)


def _another(folder: Path) -> OutputError:
    return OutputError(
        f"{folder} holds another comparison, with other runs or data. {ELSEWHERE[:-1]}, "
        "or leave --output out: each comparison then has a folder of its own."
    )


def _is_another(found: Identity, plan: Plan) -> bool:
    return plan.identity != found.identity and plan.without_seeds != found.without_seeds


def _claim(folder: Path, plan: Plan) -> str:
    """Say that the folder is of the plan, too, and give its identity."""
    path = folder / COMPARISON_FILE
    new = Identity(__version__, plan.identity, [run.name for run in plan.runs], plan.without_seeds)
    found = _read_identity(path) if path.exists() else msgspec.structs.replace(new, runs=[])
    if _is_another(found, plan):
        raise _another(folder)
    if not set(new.runs) <= set(found.runs):
        # Another version of the program gives the same runs other keys, and trains them again: the older ones go.
        planned = {name_parts(name)[0] for name in new.runs}
        older = [name for name in found.runs if name in new.runs or name_parts(name)[0] not in planned]
        both = msgspec.structs.replace(found, runs=list(dict.fromkeys([*older, *new.runs])))
        write_file(path, msgspec.json.format(msgspec.json.encode(both)) + b"\n")
    return found.identity


def _read_identity(path: Path) -> Identity:
    try:
        return msgspec.json.decode(read_utf8(path, MAX_COMPARISON_BYTES), type=Identity)
    except OSError as error:
        raise OutputError(f"Cannot read {path}: {error.strerror}. {ELSEWHERE}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise OutputError(
            f"{path} is damaged. Remove it: the command that made the comparison then writes it anew, and keeps what "
            f"is finished. {ELSEWHERE[:-1]} for another comparison."
        ) from None
