"""What differs between two machines, or between a machine and what it was."""

from collections.abc import Mapping
from typing import Any

UNKNOWN: tuple[Any, ...] = (None, "", [], {})


def changed_facts(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The facts of two machines that differ, in words: "cores: 4, now 2". An unknown one is no difference."""
    both = [name for name in now if before.get(name) not in UNKNOWN and now[name] not in UNKNOWN]
    return "; ".join(
        f"{name.replace('_', ' ')}: {_value(before[name])}, now {_value(now[name])}"
        for name in both
        if before[name] != now[name]
    )


def _value(fact: Any) -> str:
    if isinstance(fact, list):
        return ", ".join(map(_value, fact))
    return " ".join(map(str, fact.values())) if isinstance(fact, dict) else str(fact)
