"""The file that keeps the records of a comparison.

`results.jsonl` holds one record per line; a run that is done again is a new line, and the newest line of a key counts.
"""

import os
from codecs import BOM_UTF8
from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.errors import MnistCompareError, OutputError
from mnist_compare.io.decoding import decode_json
from mnist_compare.io.files import cut_off, half_line, write_file
from mnist_compare.io.reading import utf8_lines
from mnist_compare.recipe import Recipe
from mnist_compare.records.older_names import with_present_names
from mnist_compare.records.record import Record

RESULTS_FILE = "results.jsonl"
MAX_RESULTS_BYTES = 2_000_000_000
MAX_BACKENDS = 100


def append_record(folder: Path, record: Record) -> None:
    """Add one line to the folder's results and wait until it is on the disk; where that fails, none is added."""
    path = folder / RESULTS_FILE
    try:
        with path.open("ab", buffering=0) as file:  # a buffer would be written once more, after all, when it is closed
            size = file.tell()
            try:
                rest = msgspec.json.encode(record) + b"\n"
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(size)
                raise
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror}. {_what_is_left(path, error)}") from None


def _what_is_left(path: Path, error: OSError) -> str:
    if os.path.exists(path):  # noqa: PTH110  a Path raises where the folder cannot be looked into
        return "Its earlier records are whole."
    if isinstance(error, FileNotFoundError):
        return f"The folder {path.parent} is gone."
    return "Once that is mended, the same command goes on."


def repair_results(folder: Path) -> str | None:
    """Take away a last line that was written by half, when the machine went down for instance.

    Gives the name of the file that keeps it, or None where all is whole. The lines before stay as they are.
    """
    path = folder / RESULTS_FILE
    if not path.exists():
        return None
    next(_lines(path), b"")  # which raises where nothing can be read
    try:
        start, half = half_line(path, MAX_RESULTS_BYTES)
        if _is_blank(half):
            return None
        if _is_record(half):  # only its end of line is missing
            with path.open("ab") as file:
                file.write(b"\n")
            return None
        kept = next(name for n in count(1) if not (name := folder / f"half-record-{n}.txt").exists())
        write_file(kept, half)
        cut_off(path, start)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror}.") from None
    return kept.name


def half_record_note(folder: Path) -> str:
    """What to say where the last line of the folder's results is half a record, which readers leave out; else nothing.

    A command that is at work may be writing it just now.
    """
    path = folder / RESULTS_FILE
    try:
        _, half = half_line(path, MAX_RESULTS_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from None
    if _is_blank(half) or _is_record(half):
        return ""
    return (
        f"The last line of {path} is half a record, and is left out. Where no command is writing it now, the one that "
        "made this comparison, given again, does that run again."
    )


def supersede(folder: Path, keys: Set[str], moved: Mapping[str, str]) -> None:
    """Mark the records of these keys as superseded; their weights now lie where `moved` says (old -> new path)."""
    records = [
        replace(record, superseded=True, weights=moved.get(record.weights or "", record.weights))
        if record.key in keys and not record.superseded
        else record
        for record in read_all_records(folder)
    ]
    write_file(folder / RESULTS_FILE, b"".join(msgspec.json.encode(record) + b"\n" for record in records))


def read_records(folder: Path) -> list[Record]:
    """The newest record of every run in the folder: runs that differ in seed and backend alone stand together, by seed.

    In all else the order is that in which the runs first appear, not that of a random order in which they were done.
    Superseded ones come along; a last line that was written by half is left out. Raises OutputError naming the file
    and line that is no record.
    """
    newest: dict[tuple[str, str], Record] = {}
    for record in read_all_records(folder):
        newest[record.key, record.finished if record.superseded else ""] = record
    return _together(list(newest.values()))


def _together(records: list[Record]) -> list[Record]:
    ways = _places(map(_way, records))
    seeds, backends = _places(record.seed for record in records), _places(record.backend for record in records)
    return sorted(records, key=lambda record: (ways[_way(record)], seeds[record.seed], backends[record.backend]))


def _way(record: Record) -> Hashable:
    spec = record.spec
    return record.architecture, spec.recipe, record.mode, spec.tuning, spec.processes, record.precision


def _places(values: Iterable[Hashable]) -> dict[Hashable, int]:
    """Which of the values came first, which next."""
    return {value: place for place, value in enumerate(dict.fromkeys(values))}


def read_all_records(folder: Path) -> list[Record]:
    """Every record in the folder, in the order of the file; raises as `read_records` does."""
    records = [record for _, record in placed_records(folder)]
    if len({record.backend for record in records}) > MAX_BACKENDS:
        path = folder / RESULTS_FILE
        raise OutputError(f"{path} holds runs of more than {MAX_BACKENDS} backends, for which no figure has room.")
    return records


class Place(NamedTuple):
    """Where a line stands in the file, and how many bytes it has."""

    start: int
    size: int


def placed_records(folder: Path) -> Iterator[tuple[Place, Record]]:
    """Every record in the folder with its place, one at a time, however large the file is; raises as `read_records`."""
    path = folder / RESULTS_FILE
    start = 0
    for number, line in enumerate(_lines(path), 1):
        place = Place(start, len(line))
        start += len(line)
        if _is_blank(line) or (not line.endswith(b"\n") and not _is_record(line)):
            continue
        try:
            yield place, _decode(line)
        except ValueError as error:
            raise OutputError(
                f"{path}, line {number} is no record of mnist_compare: {error}. "
                "Put it right, or take the line out: its run is then done again."
            ) from None


def read_record(folder: Path, place: Place) -> Record | None:
    """The record at that place; None where there is none by now."""
    with suppress(OSError, ValueError), (folder / RESULTS_FILE).open("rb") as file:
        file.seek(place.start)
        return _decode(file.read(place.size))
    return None


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of the file with their ends, one at a time."""
    try:
        yield from utf8_lines(path, MAX_RESULTS_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> OutputError:
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    remedy = f" Give the folder of a comparison: it holds {RESULTS_FILE}." if missing else ""
    return OutputError(f"Cannot read {path}: {error.strerror}.{remedy}")


def _is_blank(line: bytes) -> bool:
    """Whether nothing is in the line: editors leave such ones at the end, and byte-order marks before lines."""
    return not line.removeprefix(BOM_UTF8).strip()


def _is_record(line: bytes) -> bool:
    try:
        _decode(line)
    except ValueError:
        return False
    return True


def _decode(line: bytes) -> Record:
    """The record in a line, of a network and a recipe and times that can be; raises ValueError where there is none."""
    try:
        record = decode_json(with_present_names(line.removeprefix(BOM_UTF8)), Record)
        _check(record.spec.architecture, record.spec.recipe)
    except (msgspec.DecodeError, RecursionError, MnistCompareError) as error:
        raise ValueError(str(error)) from None
    if record.test and record.test.class_count != record.spec.architecture.classes:
        raise ValueError(f"its confusion matrix is not of the network's {record.spec.architecture.classes} classes")
    if any(datetime.fromisoformat(moment).tzinfo is None for moment in (record.started, record.finished)):
        raise ValueError("its times of day have no time zone")
    return record


@lru_cache(10_000)
def _check(architecture: Architecture, recipe: Recipe) -> None:
    """Raise where these cannot be; equal ones, which thousands of records may have, are looked at once."""
    recipe.check(rounded=False)
    _ = architecture.shaped_layers
