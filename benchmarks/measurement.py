"""A measurement: a ratio with its spread, what it is of, and the machine that it was made on; and the file of all."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.pairs import spread
from benchmarks.size import FRAMEWORKS
from mnist_compare.backend import find_backend
from mnist_compare.host.checkout import find_checkout
from mnist_compare.host.environment import physical_cores
from mnist_compare.host.libraries import library_versions
from mnist_compare.host.machine import describe_machine
from mnist_compare.io.files import write_file


class Measurement(msgspec.Struct, frozen=True):
    """`ratio` is the median of the ratios of the pairs, `low` and `high` are their quartiles; None where there is none,
    for the reason in `note`.

    `meaning` says what is divided by what, `setting` what else was set, `target` which ratio is wanted, and `met`
    whether it is reached. `values` are the numbers behind it, a list per side, one of each per pair; None stands for
    infinity. `other_cores` are the cores that other processes of the machine kept busy, in the worst sample.
    """

    name: str
    backend: str
    architecture: str
    ratio: float | None
    low: float | None
    high: float | None
    pairs: int
    meaning: str
    setting: str = ""
    target: str = ""
    met: bool | None = None
    values: dict[str, list[float | None]] = {}
    note: str = ""
    other_cores: float | None = None
    quick: bool = False
    seconds_taken: float = 0.0
    finished: str = ""
    threads: int = 0
    machine: dict[str, Any] = {}
    versions: dict[str, str] = {}
    revision: str | None = None
    dirty: bool | None = None


def of_ratios(
    name: str, backend: str, architecture: str, meaning: str, found: Sequence[float], **fields: Any
) -> Measurement:
    """The measurement of some ratios."""
    middle = spread(found)
    return Measurement(
        name, backend, architecture, middle.median, middle.low, middle.high, len(found), meaning, **fields
    )


def without_ratio(name: str, backend: str, architecture: str, meaning: str, note: str, **fields: Any) -> Measurement:
    """A measurement that has none, and why."""
    return Measurement(name, backend, architecture, None, None, None, 0, meaning, note=note, **fields)


def with_target(measurement: Measurement, *, least: float | None = None, most: float | None = None) -> Measurement:
    """The measurement with the ratio that is wanted: at least, or at most."""
    ratio, limit = measurement.ratio, least if least is not None else most
    reached = None if ratio is None or limit is None else ratio >= limit if least is not None else ratio <= limit
    return msgspec.structs.replace(
        measurement, target=f"{'at least' if least is not None else 'at most'} {limit:g}", met=reached
    )


def stamped(measurement: Measurement, seconds: float, *, quick: bool) -> Measurement:
    """The measurement with time, machine, versions and code."""
    checkout = find_checkout(("mnist_compare",))
    return msgspec.structs.replace(
        measurement,
        quick=quick,
        seconds_taken=round(seconds, 1),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        threads=physical_cores(),
        machine=describe_machine(),
        versions=_versions(measurement.backend) | library_versions(),
        revision=checkout.revision if checkout else None,
        dirty=checkout.dirty if checkout else None,
    )


def _versions(backend: str) -> dict[str, str]:
    """Those of a framework, of `all` frameworks, or of `none`."""
    names = FRAMEWORKS if backend == "all" else () if backend == "none" else (backend,)
    return {package: version for name in names for package, version in find_backend(name).versions().items()}


def write_measurements(path: Path, measurements: Iterable[Measurement]) -> None:
    """The measurements as a JSON list."""
    write_file(path, msgspec.json.format(msgspec.json.encode(list(measurements)), indent=1) + b"\n")


def read_measurements(path: Path) -> list[Measurement]:
    """The measurements of a file; none where it does not exist."""
    return msgspec.json.decode(path.read_bytes(), type=list[Measurement]) if path.exists() else []
