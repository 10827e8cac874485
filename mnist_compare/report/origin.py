"""Where the runs of a report come from: which machine, which versions.

The numbers of different machines, or of different versions of one backend, are never averaged. What tells them
apart is read here from the records, with the names under which the report shows them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from mnist_compare.records.record import Record

CORE, CORE_PACKAGE = "mnist-compare", "mnist_compare"
DIGITS = 8
UNKNOWN = "not recorded"

Software = tuple[tuple[str, str], ...]
"""Package and version of all that made a run's numbers but the core, in the order of the record."""


def machine_facts(record: Record) -> dict[str, Any]:
    """The stable facts of the record's machine that are known."""
    return {key: value for key, value in record.machine.items() if value not in (None, "", [], {})}


def machine_of(record: Record) -> str:
    """These facts in one value: where it is equal, the machine is the same, as far as one can see."""
    return msgspec.json.encode(machine_facts(record), order="sorted").decode()


def core_of(record: Record) -> dict[str, str]:
    """Version and code of mnist_compare itself, in words. It makes the weights, the batches and the clock."""
    code = _code(record).get(CORE_PACKAGE)
    told = code[:DIGITS] if code else UNKNOWN
    return {"version": f"{CORE} {record.versions.get(CORE, UNKNOWN)}", "code": f"code {told}"}


def is_silent(record: Record) -> bool:
    """Whether its worker ended before it could say where and by what it ran: it tells no group or row from others."""
    return not (record.history or machine_facts(record) or _code(record))


def software_of(record: Record) -> Software:
    """Versions of the framework and the libraries, and the code of the backend's own packages."""
    code = {f"code of {name}": found[:DIGITS] for name, found in _code(record).items() if name != CORE_PACKAGE}
    return tuple(item for item in (record.versions | code).items() if item[0] != CORE)


@dataclass(frozen=True)
class Origins:
    """The machines of a report, and the software of each backend, in the order in which they were first used."""

    machines: tuple[str, ...]
    software: dict[str, tuple[Software, ...]]
    first_core: dict[str, str]

    def machine(self, record: Record) -> str:
        """A name for the record's machine: the first one's for a run that ended before it could tell its own."""
        machine = machine_of(record)
        return f"machine {self.machines.index(machine) + 1 if machine in self.machines else 1}"

    def core(self, record: Record) -> dict[str, str]:
        """Version and code of mnist_compare: the first one's for a run that ended before it could tell its own."""
        return self.first_core if is_silent(record) else core_of(record)

    def backend(self, record: Record) -> str:
        """The backend, with the versions that tell its runs apart where there are several: "torch 2.13.0"."""
        found = [dict(software) for software in self.software[record.backend]]
        if len(found) == 1:
            return record.backend
        # The framework itself says more than the libraries around it.
        own_first = sorted(different(found), key=lambda name: not name.startswith(record.backend))
        told = shortest(own_first, found)
        own = software_of(record)
        mine = dict(own if own in self.software[record.backend] else self.software[record.backend][0])
        if told == [record.backend]:
            return f"{record.backend} {mine.get(record.backend, UNKNOWN)}"
        return f"{record.backend} ({', '.join(f'{name} {mine.get(name, UNKNOWN)}' for name in told)})"


def find_origins(records: Iterable[Record]) -> Origins:
    """The origins of all the records of a report, which give the same names wherever they are used."""
    machines: dict[str, None] = {}
    software: dict[str, dict[Software, None]] = {}
    ordered = by_time(records)
    silent = [record for record in ordered if is_silent(record)]
    telling = [record for record in ordered if not is_silent(record)]
    for record in telling:
        if machine_facts(record) or record.history:
            machines.setdefault(machine_of(record))
        software.setdefault(record.backend, {}).setdefault(software_of(record))
    for record in silent:  # of a backend that has no other runs
        software.setdefault(record.backend, {software_of(record): None})
    core = core_of((telling or silent)[0]) if ordered else {}
    return Origins(tuple(machines), {name: tuple(found) for name, found in software.items()}, core)


def by_time(records: Iterable[Record]) -> list[Record]:
    """The records in the order in which their runs began, whatever their order is in the file."""
    return sorted(records, key=lambda record: record.started)


def different(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys whose values are not the same in all of them."""
    keys = dict.fromkeys(key for facts in found for key in facts)
    return [key for key in keys if any(facts.get(key) != found[0].get(key) for facts in found)]


def shortest(names: list[str], found: Sequence[Mapping[str, Any]]) -> list[str]:
    """As few of the names, from the first on, as tell all apart."""
    for count in range(1, len(names)):
        if len({msgspec.json.encode([facts.get(name) for name in names[:count]]) for facts in found}) == len(found):
            return names[:count]
    return names


def _code(record: Record) -> dict[str, str]:
    return record.provenance.code if record.provenance else {}
