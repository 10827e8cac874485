"""The modes of a run, what native mode leaves to the framework, and the ways to execute."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

import msgspec

from mnist_compare.errors import UsageError, unknown
from mnist_compare.io.fields import default_values

MATCHED, NATIVE, BOTH = "matched", "native", "both"
MODES = (MATCHED, NATIVE)
NAMED = "native: and names joined by + take those defaults alone, such as native:epsilon+initializer."
_WRITTEN = r"^(matched|native|native:[a-z-]{1,40}(\+[a-z-]{1,40}){0,9})$"
Mode = Annotated[str, msgspec.Meta(pattern=_WRITTEN)]
"""`matched`, `native`, or `native:` and the names of some of a framework's defaults, joined by +, by alphabet."""
Execution = Literal["auto", "eager", "compiled"]
EXECUTIONS: tuple[Execution, ...] = get_args(Execution)


def check_mode(mode: str) -> Mode:
    """The mode of that name, its defaults in their order; raises UsageError with the valid ones."""
    kind, colon, names = mode.partition(":")
    if kind not in MODES or (colon and kind != NATIVE):
        raise unknown("mode", mode, MODES, f"Or {NAMED}")
    if not colon:
        return mode
    ordered = f"{kind}:{'+'.join(sorted(set(names.split('+'))))}"
    if not re.match(_WRITTEN, ordered):
        raise UsageError(f"Mode {mode!r} names no defaults: {NAMED} `list defaults` shows them.")
    return ordered


def named_defaults(mode: str) -> tuple[str, ...]:
    """The defaults that a mode names: none of `matched` and `native`."""
    names = mode.partition(":")[2]
    return tuple(names.split("+")) if names else ()


def single(default: str) -> Mode:
    """The mode in which one default alone is the framework's own."""
    return f"{NATIVE}:{default}"


def find_modes(names: Iterable[str]) -> tuple[Mode, ...]:
    """The modes of these names, each once; "both" is matched and native. Raises UsageError with the valid ones."""
    found: list[Mode] = []
    for name in names:
        if name != BOTH and name.partition(":")[0] not in MODES:
            raise unknown("mode", name, (*MODES, BOTH), f"Or {NAMED}")
        found += MODES if name == BOTH else [check_mode(name)]
    return tuple(dict.fromkeys(found))


def check_execution(execution: str) -> Execution:
    """The way to execute of that name; raises UsageError with the valid ones."""
    for known in EXECUTIONS:
        if execution == known:
            return known
    raise unknown("execution", execution, EXECUTIONS)


def non_default_fields(value: msgspec.Struct) -> dict[str, Any]:
    """The fields of a layer or optimizer that differ from their defaults: native mode sets these alone."""
    return {
        name: found for name, default in default_values(value).items() if (found := getattr(value, name)) != default
    }
