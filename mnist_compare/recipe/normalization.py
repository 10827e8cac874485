"""What pixels are normalized with."""

from typing import Literal, get_args

from mnist_compare.errors import UsageError
from mnist_compare.io.bounds import Plain
from mnist_compare.recipe.rules import Rule

Named = Literal["unit", "standard"]
Statistic = float | tuple[float, ...]
"""A mean or a standard deviation of pixels: of all of them, or of each channel."""
NAMED: tuple[Named, ...] = get_args(Named)

_WORDS = {"unit": "pixels / 255", "standard": "pixels standardized"}


class Standardize(Plain, frozen=True, forbid_unknown_fields=True):
    """(pixels / 255 - mean) / std, with a mean and a standard deviation that are given, or a list of each: one number
    for each channel of the images.

    In a file it is a table: `normalization = { mean = 0.1307, std = 0.3081 }`, or, of images with three channels,
    `normalization = { mean = [0.49, 0.48, 0.45], std = [0.25, 0.24, 0.26] }`.

    >>> Recipe(normalization=Standardize(0.1307, 0.3081)).phrases["normalization"]
    '(pixels / 255 - 0.1307) / 0.3081'
    """

    mean: Statistic
    std: Statistic

    @property
    def rules(self) -> list[Rule]:
        """What must hold of its numbers."""
        means, deviations = by_channel(self.mean), by_channel(self.std)
        lengths = {len(values) for values in (self.mean, self.std) if isinstance(values, tuple)}
        return [
            ("normalization.mean", self.mean, _all_within(means, -1000), "must be from -1,000 to 1,000"),
            ("normalization.std", self.std, _all_within(deviations, 0.001), "must be from 0.001 to 1,000"),
            ("normalization.std", self.std, len(lengths) < 2, "must have as many numbers as normalization.mean"),
        ]

    def check_channels(self, recipe: str, channels: int) -> None:
        """Raise UsageError where it has a number for each channel, and the images have another number of channels."""
        for name, values in (("mean", self.mean), ("std", self.std)):
            if isinstance(values, tuple) and len(values) != channels:
                raise UsageError(
                    f"Recipe {recipe}: normalization.{name} has {len(values)} numbers, but the images have {channels} "
                    f"channel{'s' * (channels != 1)}: give one number for each, or one alone."
                )


Normalization = Named | Standardize


def normalization_words(normalization: Normalization) -> str:
    """What is done to pixels, as reports tell it."""
    if isinstance(normalization, Standardize):
        return f"(pixels / 255 - {_told(normalization.mean)}) / {_told(normalization.std)}"
    return _WORDS[normalization]


def by_channel(values: Statistic) -> tuple[float, ...]:
    """The numbers of the channels; one alone is that of all."""
    return values if isinstance(values, tuple) else (values,)


def _all_within(values: tuple[float, ...], least: float) -> bool:
    return bool(values) and all(least <= value <= 1000 for value in values)


def _told(values: Statistic) -> str:
    return f"[{', '.join(f'{value:g}' for value in values)}]" if isinstance(values, tuple) else f"{values:g}"
