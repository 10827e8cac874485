"""Numbers as the frameworks keep them: rounded to float32, whatever the precision of the training.

Paddle keeps its constants as float32 even in a float64 network, which moves its losses by 1e-8: so all use the rounded
ones.
"""

from functools import cache
from typing import TypeVar

import msgspec
import numpy as np

Struct = TypeVar("Struct", bound=msgspec.Struct)

SMALLEST, LARGEST = float(np.finfo(np.float32).tiny), float(np.finfo(np.float32).max)
RANGE = f"0, or from {SMALLEST:.2g} to {LARGEST:.2g} in size, as float32 has them"


def fits(value: float) -> bool:
    """Whether the number is a finite one in float32 too, and no other than 0 becomes 0, or loses digits towards it."""
    return value == 0 or SMALLEST <= abs(value) <= LARGEST


def floats(value: msgspec.Struct) -> dict[str, float]:
    """The fields of a struct that are floats by their type, whatever number stands there."""
    return {name: getattr(value, name) for name in _float_fields(type(value))}


@cache
def _float_fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.type is float)


def round_constants(value: Struct) -> Struct:
    """The struct with its floats rounded to float32; they must fit."""
    return msgspec.structs.replace(value, **{name: float(np.float32(number)) for name, number in floats(value).items()})
