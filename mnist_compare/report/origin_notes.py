"""Caveats on the runs that stand apart in a report, because another machine or other versions made them."""

from collections.abc import Sequence

from mnist_compare.backend import backend_order
from mnist_compare.document.words import fact, listing, readable
from mnist_compare.records.record import Record
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.origin import (
    CORE,
    UNKNOWN,
    Origins,
    by_time,
    core_of,
    different,
    find_origins,
    is_silent,
    machine_facts,
    machine_of,
    shortest,
)


def apart_caveats(records: Sequence[Record]) -> list[Caveat]:
    """One caveat for each reason why runs are not averaged or not compared with one another."""
    records, origins = by_time(records), find_origins(records)
    return [
        *_machines(records, origins),
        *_core(records),
        *_versions(origins),
        *_libraries(records),
    ]


def _machines(records: Sequence[Record], origins: Origins) -> list[Caveat]:
    if len(origins.machines) < 2:
        return []
    first = {machine: next(r for r in records if machine_of(r) == machine) for machine in origins.machines}
    machines = [machine_facts(record) for record in first.values()]
    keys = shortest(different(machines), machines)
    told = []
    for machine, record in first.items():
        facts = [f"{readable(key)} {fact(key, record.machine.get(key))}" for key in keys]
        ran = backend_order(r.backend for r in records if machine_of(r) == machine)
        described = ", ".join(facts) if machine_facts(record) else UNKNOWN
        told.append(f"{origins.machine(record)} ({described}) for {listing(ran)}")
    return [
        Caveat(
            "Several machines",
            f"The runs come from different machines: {'; '.join(told)}.",
            "They are shown apart: no mean and no ranking of speeds takes in more than one machine.",
        )
    ]


def _core(records: Sequence[Record]) -> list[Caveat]:
    found = [core_of(record) for record in records if not is_silent(record)]
    keys = different(found)
    if not keys:
        return []
    states = dict.fromkeys(", ".join(facts[key] for key in keys) for facts in found)
    return [
        Caveat(
            f"Several states of {CORE}",
            f"The runs were made by different states of {CORE}: {' / '.join(states)}.",
            "They are shown apart: no mean and no ranking of speeds takes in more than one of them.",
        )
    ]


def _versions(origins: Origins) -> list[Caveat]:
    told = []
    for backend in backend_order(origins.software):
        found = [dict(software) for software in origins.software[backend]]
        if len(found) > 1:
            changed = [
                f"{name} {' / '.join(dict.fromkeys(facts.get(name, UNKNOWN) for facts in found))}"
                for name in different(found)
            ]
            told.append(
                Caveat(
                    f"Several versions of {backend}",
                    f"The runs of {backend} come from different versions: {listing(changed)}.",
                    "Each has a row of its own, and they are never averaged.",
                )
            )
    return told


def _libraries(records: Sequence[Record]) -> list[Caveat]:
    """Packages that several backends use, and not all in the same version."""
    used: dict[str, dict[str, set[str]]] = {}
    for record in records:
        for package, version in record.versions.items():
            if package != CORE:
                used.setdefault(package, {}).setdefault(version, set()).add(record.backend)
    told = [
        f"{package} {' / '.join(f'{version} ({listing(backend_order(names))})' for version, names in found.items())}"
        for package, found in used.items()
        if len(found) > 1 and not set.intersection(*found.values())
    ]
    if not told:
        return []
    return [
        Caveat(
            "Different libraries",
            f"The backends did not all run on the same libraries: {listing(told)}.",
            "They are compared nevertheless; a part of a difference in speed may come from there.",
        )
    ]
