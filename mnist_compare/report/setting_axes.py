"""What varies among the settings of a network: parts of the recipe, with their values in readable words."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_compare.document.words import NOTHING
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.varying import Field, recipe_fields, varying_fields

MISSING = NOTHING
"""The value of a part that a setting does not have, such as the momentum of another optimizer."""


@dataclass(frozen=True)
class Axis:
    """A part of the recipe by its dotted name, and its values: numbers by size, other ones as they first appear."""

    field: str
    values: tuple[Field, ...]

    @property
    def title(self) -> str:
        """Its name in words: "optimizer.momentum" -> "optimizer momentum"."""
        return self.field.replace(".", " ").replace("_", " ")

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in self.values)

    def value(self, recipe: Recipe) -> Field:
        """What a recipe has there; None where it has nothing."""
        return recipe_fields(recipe).get(self.field)

    def has(self, recipe: Recipe) -> bool:
        """Whether a recipe has that part at all."""
        return self.field in recipe_fields(recipe)

    def words(self, recipe: Recipe) -> str:
        """Its value of a recipe."""
        own = recipe_fields(recipe)
        return value_words(own[self.field]) if self.field in own else MISSING

    def all_words(self, recipes: Sequence[Recipe]) -> list[str]:
        """Those of all its values, and of a missing one where a recipe misses it."""
        missing = any(not self.has(recipe) for recipe in recipes)
        return [*map(value_words, self.values), *([MISSING] if missing else [])]


def find_axes(recipes: Sequence[Recipe]) -> tuple[Axis, ...]:
    """What varies among recipes, in the order of their fields."""
    return tuple(Axis(field, _sorted(values)) for field, values in varying_fields(recipes).items())


def value_words(value: Field) -> str:
    """A value as a reader writes it.

    >>> [value_words(value) for value in (0.001, 64, True, None, "")]
    ['0.001', '64', 'yes', 'none', 'none']
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sorted(values: Sequence[Field]) -> tuple[Field, ...]:
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return tuple(sorted(numbers)) if len(numbers) == len(values) else tuple(values)
