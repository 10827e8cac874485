"""What may be wrong with a data set: what was found, what follows from it, and what to do about it."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]

FIRST = 3
"""So many indices of images are named."""


class DataWarning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A warning in sentences. `str` joins them."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    cause: Sentence
    effect: Sentence
    action: Sentence

    def __str__(self) -> str:
        return f"{self.cause} {self.effect} {self.action}"


def counted(number: int, noun: str, verb: str = "is", plural_verb: str = "are") -> str:
    """1 -> "1 image is", 2 -> "2 images are"."""
    return f"{number:,} {noun} {verb}" if number == 1 else f"{number:,} {noun}s {plural_verb}"


def first_indices(name: str, indices: Sequence[int]) -> str:
    """Where the first of them are: "train_images[3], train_images[17] and 5 more"."""
    named = [f"{name}[{index}]" for index in indices[:FIRST]]
    rest = len(indices) - FIRST
    return " and ".join([", ".join(named), f"{rest:,} more"]) if rest > 0 else ", ".join(named)
