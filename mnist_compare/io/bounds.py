"""Types of what stands in files: numbers and names within which everything works that is done with them.

msgspec holds files to them when it decodes one; what is made in Python is checked where it is used.
"""

from typing import Annotated, Any

import numpy as np
from msgspec import Meta, Struct
from msgspec.structs import force_setattr

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A number of 64 bits, as TOML has them: Python's own know no bound, and cannot all be printed."""

MAX_SEED = 2**63 - 1

Seed = Annotated[int, Meta(ge=0, le=MAX_SEED)]
"""What all random numbers follow from: a whole number that TOML, JSON and every reader of records can hold."""

Count = Annotated[int, Meta(ge=0, le=2**53)]
"""How many there are of something: a float holds it exactly."""

Size = Annotated[int, Meta(ge=1, le=2**53)]
"""A count of something of which there is at least one."""

LARGEST = 1e300

Real = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
"""A number whose sums with others of its kind stay finite."""

Name = Annotated[str, Meta(max_length=200)]
"""A name that has room in a title or a path."""

Value = str | Whole | Real | bool | None
Fact = Value | dict[str, Value] | list[Value | dict[str, Value]]
"""A property of a machine, in JSON that is not nested any deeper."""


class Plain(Struct, frozen=True):
    """A frozen value whose numbers are Python's own: those of NumPy, from a sweep for instance, could not be written.

    Lists become tuples, since a value has a hash, and so do lists in lists.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value: Any = getattr(self, name)
            if isinstance(value, np.generic):
                force_setattr(self, name, value.item())
            elif isinstance(value, list | tuple):
                force_setattr(self, name, _hashable(value))


def _hashable(values: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_hashable(value) if isinstance(value, list | tuple) else value for value in values)
