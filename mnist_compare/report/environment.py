"""On what the runs were made: versions, machines, and warnings where these differ within a report."""

from collections.abc import Iterable, Sequence

from mnist_compare.report.statistics import backend_order
from mnist_compare.report.tables import Table
from mnist_compare.report.words import NOTHING, listing
from mnist_compare.results import Record

FREE_CORES = 0.25  # what a desktop's background takes is no disturbance
MAX_DISTURBED = 4


def versions_table(records: Sequence[Record]) -> Table:
    """Packages down, backends across; where the runs of a backend disagree, all versions are named."""
    names = backend_order(record.backend for record in records if record.versions)
    packages = _distinct(package for record in records for package in record.versions)
    rows = [
        (package, *(" / ".join(_versions(records, name, package)) or NOTHING for name in names)) for package in packages
    ]
    return Table("Versions", ("package", *names), tuple(rows))


def machine_table(records: Sequence[Record]) -> Table:
    """The machine's properties; where runs come from several machines, all values are named."""
    rows = [(_readable(key), " / ".join(_machine(records, key))) for key in _machine_keys(records)]
    return Table("Machine", ("property", "value"), tuple(rows))


def warnings(records: Sequence[Record]) -> list[str]:
    """One sentence for each thing that makes the runs of this report less comparable than they look."""
    found: list[str] = []
    for backend in backend_order(record.backend for record in records):
        packages = _distinct(package for record in records for package in record.versions)
        differing = [(p, v) for p in packages if len(v := _versions(records, backend, p)) > 1]
        if differing:
            told = listing([f"{package} {' / '.join(values)}" for package, values in differing])
            found.append(
                f"The runs of {backend} come from different versions: {told}. Numbers can differ for that reason alone."
            )
    machines = [(key, values) for key in _machine_keys(records) if len(values := _machine(records, key)) > 1]
    if machines:
        told = "; ".join(f"{_readable(key)}: {_by_backend(records, key)}" for key, _ in machines)
        found.append(
            f"The runs come from different machines ({told}). Their times cannot be compared with one another."
        )
    return found + _disturbed(records)


def _disturbed(records: Sequence[Record]) -> list[str]:
    """Whether other work took cores that the runs would have used: their times are then too long."""
    told = [
        f"{record.backend} {record.architecture} (seed {record.seed}): {record.other_cores:.1f} cores"
        for record in records
        if record.other_cores and record.other_cores + record.spec.threads > _cores(record) + FREE_CORES
    ]
    if not told:
        return []
    shown = told if len(told) <= MAX_DISTURBED else [*told[:MAX_DISTURBED], f"{len(told) - MAX_DISTURBED} more"]
    return [
        f"Other work was on the machine during {listing(shown)}. These times are too long, by more than that share: "
        "a framework's threads wait for one another. Train again on a quiet machine to compare times."
    ]


def _cores(record: Record) -> int:
    """The cores of the record's machine; without a number, as many as never to warn."""
    cores = record.machine.get("cores")
    return cores if isinstance(cores, int) else 1_000_000


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _versions(records: Sequence[Record], backend: str, package: str) -> list[str]:
    return _distinct(r.versions[package] for r in records if r.backend == backend and package in r.versions)


def _machine_keys(records: Sequence[Record]) -> list[str]:
    return _distinct(key for record in records for key in record.machine)


def _machine(records: Sequence[Record], key: str) -> list[str]:
    return _distinct(_text(record.machine[key]) for record in records if key in record.machine)


def _by_backend(records: Sequence[Record], key: str) -> str:
    """Which backends ran where: "Xeon (torch, keras) / EPYC (paddle)"."""
    used = {
        value: backend_order(r.backend for r in records if key in r.machine and _text(r.machine[key]) == value)
        for value in _machine(records, key)
    }
    return " / ".join(f"{value} ({', '.join(names)})" for value, names in used.items())


def _readable(key: str) -> str:
    return key.replace("_", " ")


def _text(value: object) -> str:
    match value:
        case None | "" | [] | {}:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(_text, value))
        case dict():
            return ", ".join(f"{_readable(str(key))} {_text(item)}" for key, item in value.items())
        case _:
            return str(value)
