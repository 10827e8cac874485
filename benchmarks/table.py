"""Measurements as Markdown: a table per name."""

import math
from collections.abc import Sequence

from benchmarks.measurement import Measurement
from benchmarks.pairs import spread
from mnist_compare.document.markdown import escape, table_markdown
from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING, fact, readable, significant

EMPTY = "Not measured yet: `make bench` measures."
QUIET_CORES = 0.25
SPREAD = "The ratio is the median of the pairs; the middle half of them lies between the two numbers beside it."


def tables(measurements: Sequence[Measurement]) -> str:
    """All of them, each table with its heading, and the machine."""
    names = dict.fromkeys(measurement.name for measurement in measurements)
    parts = [f"## {name.replace('_', ' ').capitalize()}\n\n{table_of(name, measurements)}" for name in names]
    return "\n\n".join(["# Benchmarks", *parts, f"## Machine\n\n{machine(measurements)}"]) + "\n"


def table_of(name: str, measurements: Sequence[Measurement]) -> str:
    """The measurements of that name: what is measured, the table, and notes; or that there are none."""
    mine = [measurement for measurement in measurements if measurement.name == name]
    if not mine:
        return EMPTY
    sides = list(dict.fromkeys(side for one in mine for side in one.values))
    columns = ("network", "backend", "setting", "ratio", "middle half", "pairs", "wanted", *sides)
    shown = Table(name, columns, tuple(_row(one, sides) for one in mine))
    empty = {column for i, column in enumerate(columns) if all(row[i] in (NOTHING, "") for row in shown.rows)}
    shown = shown.select(*(column for column in columns if column not in empty))
    meanings = [f"Ratio: {escape(text)}." for text in dict.fromkeys(one.meaning for one in mine if one.meaning)]
    return "\n\n".join([*meanings, table_markdown(shown), *_notes(mine)])


def machine(measurements: Sequence[Measurement]) -> str:
    """Machine, versions and time of the measurements; all values where they differ."""
    if not measurements:
        return EMPTY
    facts: dict[str, dict[str, None]] = {}
    for one in measurements:
        code = f"{one.revision[:12]}{', changed' if one.dirty else ''}" if one.revision else None
        told = {readable(key): fact(key, value) for key, value in one.machine.items()} | one.versions
        told |= {"threads": str(one.threads), "code": code or "", "measured on": one.finished[:10]}
        for key, value in told.items():
            facts.setdefault(key, {}).setdefault(value)
    rows = tuple((key, " / ".join(filter(None, values))) for key, values in facts.items() if any(values))
    return table_markdown(Table("Machine", ("property", "value"), rows))


def _row(one: Measurement, sides: Sequence[str]) -> tuple[str, ...]:
    found = "" if one.met is None else " (reached)" if one.met else " (missed)"
    return (
        one.architecture,
        one.backend,
        one.setting,
        _ratio(one.ratio),
        NOTHING if one.low is None else f"{_ratio(one.low)} to {_ratio(one.high)}",
        str(one.pairs),
        f"{one.target}{found}" if one.target else "",
        *(_median(one.values.get(side, [])) for side in sides),
    )


def _ratio(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.3f}" if value < 2 else significant(value)


def _median(values: Sequence[float | None]) -> str:
    if not values:
        return NOTHING
    middle = spread([math.inf if value is None else value for value in values]).median
    return "not reached" if math.isinf(middle) else significant(middle)


def _notes(mine: Sequence[Measurement]) -> list[str]:
    notes = [f"{_name(one)}: {one.note}." for one in mine if one.note]
    if any(one.pairs > 1 for one in mine):
        notes.append(SPREAD)
    busy = [one for one in mine if (one.other_cores or 0.0) > QUIET_CORES]
    if busy:
        most = max(one.other_cores or 0.0 for one in busy)
        notes.append(
            f"Other work was on the machine during {len(busy)} of {len(mine)} measurements, up to {most:.1f} cores: "
            "measure again on a quiet one."
        )
    if any(one.quick for one in mine):
        notes.append("Measured with --quick: the numbers mean nothing.")
    return [escape(note) for note in notes]


def _name(one: Measurement) -> str:
    return " ".join(filter(None, (one.backend, one.architecture, one.setting)))
