"""How augmentations are found by their names, and what must hold of those of a recipe."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_compare.errors import UsageError
from mnist_compare.recipe.augmentations.base import Augmentation
from mnist_compare.recipe.rules import Rule, find_choice

NONE = "none"
MOST = 20


def find_augmentations(given: Any, presets: Mapping[str, Augmentation]) -> tuple[Augmentation, ...]:
    """The augmentations of these names, or themselves; a string has names with commas, and "none" is without any.

    Raises UsageError.
    """
    items = [item.strip() for item in given.split(",") if item.strip()] if isinstance(given, str) else given
    if not isinstance(items, Sequence):
        raise UsageError(f"augmentation takes names or augmentations, such as {list(presets)[:2]} (it is {given!r}).")
    if list(items) == [NONE]:
        return ()
    return tuple(
        find_choice("augmentation", item, Augmentation, presets) if isinstance(item, str) else item for item in items
    )


def augmentation_rules(augmentations: Sequence[Augmentation], loss: str, class_weights: bool) -> list[Rule]:
    """What must hold of them, in a recipe with that loss, and with or without class weights."""
    mixing = any(one.mixes for one in augmentations)
    return [
        ("augmentation", len(augmentations), len(augmentations) <= MOST, f"must have {MOST} parts at most"),
        *(rule for one in augmentations for rule in one.rules),
        ("augmentation", "mixed images", not mixing or loss == "cross_entropy", "needs the loss cross_entropy"),
        ("augmentation", "mixed images", not mixing or not class_weights, "cannot be together with class_weights"),
    ]
