"""How much of many networks a figure shows, so that a page of thousands of runs stays small."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def first_within(found: Sequence[Item], most: int, size: Callable[[Item], int]) -> list[Item]:
    """The first ones whose sizes are together at most that; the first one in any case."""
    kept: list[Item] = []
    total = 0
    for item in found:
        total += size(item)
        if kept and total > most:
            break
        kept.append(item)
    return kept


def share_of(most: int, parts: int, least: int, greatest: int) -> int:
    """How many of `most` each of so many parts may have, within bounds."""
    return max(least, min(greatest, most // max(1, parts)))
