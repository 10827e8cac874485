"""What pixels are normalized with."""

from typing import Literal, get_args

from mnist_compare.io.bounds import Plain
from mnist_compare.recipe.rules import Rule

Named = Literal["unit", "standard"]
NAMED: tuple[Named, ...] = get_args(Named)

_WORDS = {"unit": "pixels / 255", "standard": "pixels standardized"}


class Standardize(Plain, frozen=True, forbid_unknown_fields=True):
    """(pixels / 255 - mean) / std, with a mean and a standard deviation that are given.

    In a file it is a table: `normalization = { mean = 0.1307, std = 0.3081 }`.

    >>> Recipe(normalization=Standardize(0.1307, 0.3081)).phrases["normalization"]
    '(pixels / 255 - 0.1307) / 0.3081'
    """

    mean: float
    std: float

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        return [
            ("normalization.mean", self.mean, -1000 <= self.mean <= 1000, "must be from -1,000 to 1,000"),
            ("normalization.std", self.std, 0.001 <= self.std <= 1000, "must be from 0.001 to 1,000"),
        ]


Normalization = Named | Standardize


def normalization_words(normalization: Normalization) -> str:
    """What is done to pixels, as reports tell it."""
    if isinstance(normalization, Standardize):
        return f"(pixels / 255 - {normalization.mean:g}) / {normalization.std:g}"
    return _WORDS[normalization]
