"""Names and seeds as people write them, on the command line and in Python."""

import operator
from collections.abc import Iterable
from itertools import islice
from typing import Any

from mnist_compare.errors import UsageError

MAX_SEEDS = 10_000
MAX_DIGITS = 20  # Python reads no number of thousands of digits


def names_in(text: str) -> tuple[str, ...]:
    """The names in "a, b": a and b."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def each(given: Any) -> tuple[Any, ...]:
    """What is given as a list, as one, or as text with commas."""
    if isinstance(given, str):
        return names_in(given)
    return tuple(given) if isinstance(given, Iterable) else (given,)


def seeds_in(text: str, what: str = "--seeds") -> tuple[int, ...]:
    """The seeds in "0,3-5": 0, 3, 4 and 5; raises UsageError, which calls them `what`, for none too.

    One number alone is how many: "10" are the seeds 0 to 9, and "1," is the seed 1.
    """
    count = text.strip()
    if count.isascii() and count.isdigit() and 0 < len(count.lstrip("0")) < MAX_DIGITS:
        if int(count) > MAX_SEEDS:
            raise UsageError(
                f"{what}: {count} alone is how many seeds there are, of which {MAX_SEEDS:,} are the most. For the one "
                f"seed {count}, write {count} and a comma: {what} {count},"
            )
        return tuple(range(int(count)))
    try:
        seeds: list[int] = []
        for part in names_in(text) or [text]:
            first, dash, last = part.partition("-")
            stop = int(last) if dash else int(first)
            if stop < int(first):
                raise UsageError(f"{what}: {part} runs backwards: write {stop}-{first.strip()}.")
            if stop - int(first) >= MAX_SEEDS:
                raise UsageError(f"{what}: {part} is more than {MAX_SEEDS:,} seeds.")
            seeds += range(int(first), stop + 1)
    except ValueError:
        raise UsageError(f"{what} takes whole numbers and ranges, such as 0,1,2 or 0-4 (it is {text!r}).") from None
    return tuple(seeds)


def seeds_of(given: Any) -> tuple[int, ...]:
    """The seeds that a caller in Python means; raises UsageError for a bare number, which could mean two things."""
    if isinstance(given, str):
        return seeds_in(given, "seeds")
    if isinstance(given, int):
        several = f", or seeds=range({given}) for the seeds 0 to {given - 1}" if given > 1 else ""
        raise UsageError(
            f"seeds={given} could mean the seed {given}, or how many seeds there are. Write seeds=[{given}]{several}."
        )
    try:
        seeds = tuple(operator.index(seed) for seed in islice(given, MAX_SEEDS + 1))
    except TypeError:
        raise UsageError(f"seeds must be whole numbers, such as [0, 1, 2] or range(3) (they are {given!r}).") from None
    if len(seeds) > MAX_SEEDS:
        raise UsageError(f"seeds are more than {MAX_SEEDS:,}.")
    return seeds
