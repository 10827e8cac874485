"""The two modes of a run, what native mode leaves to the framework, and the ways to execute."""

from typing import Any, Literal, get_args

import msgspec

from mnist_compare.errors import unknown

Mode = Literal["matched", "native"]
MODES: tuple[Mode, ...] = get_args(Mode)
Execution = Literal["auto", "eager", "compiled"]
EXECUTIONS: tuple[Execution, ...] = get_args(Execution)


def check_mode(mode: str) -> Mode:
    """The mode of that name; raises UsageError with the valid ones."""
    for known in MODES:
        if mode == known:
            return known
    raise unknown("mode", mode, MODES)


def check_execution(execution: str) -> Execution:
    """The way to execute of that name; raises UsageError with the valid ones."""
    for known in EXECUTIONS:
        if execution == known:
            return known
    raise unknown("execution", execution, EXECUTIONS)


def chosen(value: msgspec.Struct) -> dict[str, Any]:
    """The fields of a layer or optimizer that differ from their defaults: native mode sets these alone."""
    fields = msgspec.structs.fields(value)
    return {field.name: found for field in fields if (found := getattr(value, field.name)) != field.default}
