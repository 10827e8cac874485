"""Defaults of fields: which of them stand in JSON, and what they are."""

from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")


def written(default: Value) -> Value:
    """A field's default that stands in JSON, of a class that leaves defaults out (`omit_defaults`): msgspec leaves out
    those alone that no factory makes.

    So fields can be added to a class, and what was encoded before there were these has the same hash, and means it.
    """
    made: Value = msgspec.field(default_factory=lambda: default)
    return made


def default_values(value: msgspec.Struct | type[msgspec.Struct]) -> dict[str, Any]:
    """The defaults of the fields of a value, or of a class, by their names; a field without one has msgspec's mark."""
    return {
        field.name: field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(value)
    }
