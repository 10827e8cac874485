"""By what the runs were made, and on what: command, code, versions, machine, load; and warnings."""

from collections.abc import Iterable, Sequence

from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING, fact, readable, span
from mnist_compare.records.provenance import Provenance
from mnist_compare.records.record import Record
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.machine_load import load_caveats
from mnist_compare.report.origin import by_time, find_origins, machine_of
from mnist_compare.report.origin_notes import apart_caveats
from mnist_compare.report.statistics import by_label

DIGITS = 12


def commands(records: Sequence[Record]) -> list[str]:
    """The commands that have made the runs, each once."""
    return _distinct(made.command for made in _provenances(records))


def provenance_table(records: Sequence[Record]) -> Table:
    """Code, data, time, CPUs and load of the runs; where runs differ, all values are named."""
    made = _provenances(records)
    facts = {
        "code": _distinct(map(_revision, made)),
        **_hashes(made),
        "hash of the data": _distinct(f"{r.spec.data.source} {r.spec.data.fingerprint[:DIGITS]}" for r in records),
        "first run began": [_time(min(r.started for r in records))] if records else [],
        "last run ended": [_time(max(r.finished for r in records))] if records else [],
        "CPUs in use": _distinct(one.affinity for one in made if one.affinity),
        "CPU quota": _distinct(f"{one.cpu_quota:.3g} cores" for one in made if one.cpu_quota),
        "load before a run": _range(one.load_before for one in made),
        "load after a run": _range(one.load_after for one in made),
    }
    rows = tuple((name, " / ".join(values)) for name, values in facts.items() if values)
    note = (
        "Hashes are SHA-256, cut to 12 characters; results.jsonl has all of them, and all of this for every run. The "
        "load is the number of processes that ran or waited for a CPU, as a mean over the minute before."
    )
    return Table("Provenance", ("property", "value"), rows, note if made else "")


def versions_table(records: Sequence[Record]) -> Table:
    """Packages down, backends across, with a column for each of the versions that a backend ran in."""
    columns = by_label([record for record in records if record.versions], find_origins(records))
    packages = _distinct(package for runs in columns.values() for record in runs for package in record.versions)
    rows = [
        (package, *(" / ".join(_versions(runs, package)) or NOTHING for runs in columns.values()))
        for package in packages
    ]
    return Table("Versions", ("package", *columns), tuple(rows))


def machine_table(records: Sequence[Record]) -> Table:
    """The properties of each machine."""
    origins = find_origins(records)
    machines = {machine_of(record): record for record in reversed(records)}
    shown = [machines[machine].machine for machine in origins.machines]
    keys = _distinct(key for machine in shown for key in machine)
    rows = [(readable(key), *(fact(key, machine.get(key)) for machine in shown)) for key in keys]
    names = [origins.machine(machines[machine]) for machine in origins.machines] if len(shown) > 1 else ["value"]
    return Table("Machine" if len(shown) == 1 else "Machines", ("property", *names), tuple(rows))


def warnings(records: Sequence[Record]) -> list[str]:
    """In words, each thing that makes the runs of this report less comparable than they look."""
    return list(map(str, record_caveats(records)))


def record_caveats(records: Sequence[Record]) -> list[Caveat]:
    """The same, as cause, effect and action."""
    return [*apart_caveats(records), *load_caveats(records)]


def _provenances(records: Sequence[Record]) -> list[Provenance]:
    return [record.provenance for record in by_time(records) if record.provenance]


def _hashes(made: Sequence[Provenance]) -> dict[str, list[str]]:
    packages = sorted({package for one in made for package in one.code})
    return {
        f"hash of {package}": _distinct(one.code[package][:DIGITS] for one in made if package in one.code)
        for package in packages
    }


def _revision(made: Provenance) -> str:
    if made.revision is None:
        return "an installed package, no git checkout"
    return f"git {made.revision[:DIGITS]}" + (", with changes that are not committed" if made.dirty else "")


def _time(moment: str) -> str:
    """A time of a record, "2026-11-22T02:05:18+00:00", as "2026-11-22 02:05:18 UTC"."""
    return moment[:19].replace("T", " ") + " UTC"


def _range(loads: Iterable[float | None]) -> list[str]:
    found = [load for load in loads if load is not None]
    return [span(f"{min(found):.1f}", f"{max(found):.1f}")] if found else []


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _versions(records: Sequence[Record], package: str) -> list[str]:
    return _distinct(record.versions[package] for record in records if package in record.versions)
