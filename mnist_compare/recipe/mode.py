"""The two modes of a run, what native mode leaves to the framework, and the ways to execute."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

import msgspec

from mnist_compare.errors import unknown

Mode = Literal["matched", "native"]
MODES: tuple[Mode, ...] = get_args(Mode)
BOTH = "both"
Execution = Literal["auto", "eager", "compiled"]
EXECUTIONS: tuple[Execution, ...] = get_args(Execution)


def check_mode(mode: str) -> Mode:
    """The mode of that name; raises UsageError with the valid ones."""
    for known in MODES:
        if mode == known:
            return known
    raise unknown("mode", mode, MODES)


def find_modes(names: Iterable[str]) -> tuple[Mode, ...]:
    """The modes of these names, each once; "both" is all of them. Raises UsageError with the valid ones."""
    found: list[Mode] = []
    for name in names:
        if name != BOTH and name not in MODES:
            raise unknown("mode", name, (*MODES, BOTH))
        found += [mode for mode in MODES if name in (mode, BOTH)]
    return tuple(dict.fromkeys(found))


def check_execution(execution: str) -> Execution:
    """The way to execute of that name; raises UsageError with the valid ones."""
    for known in EXECUTIONS:
        if execution == known:
            return known
    raise unknown("execution", execution, EXECUTIONS)


def non_default_fields(value: msgspec.Struct) -> dict[str, Any]:
    """The fields of a layer or optimizer that differ from their defaults: native mode sets these alone."""
    fields = msgspec.structs.fields(value)
    return {field.name: found for field in fields if (found := getattr(value, field.name)) != field.default}
