"""How augmentations are found by their names, and what must hold of those of a recipe."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_compare.errors import UsageError
from mnist_compare.io.registry import tag_of
from mnist_compare.recipe.augmentations.base import Augmentation
from mnist_compare.recipe.rules import Rule, find_choice, placed

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
    if NONE in items:
        raise UsageError(f"augmentation {NONE!r} stands alone: it is without any. Leave it out, or all others.")
    return tuple(
        find_choice("augmentation", item, Augmentation, presets) if isinstance(item, str) else item for item in items
    )


def augmentation_rules(augmentations: Sequence[Augmentation], loss: str, class_weights: bool) -> list[Rule]:
    """What must hold of them, in a recipe with that loss, and with or without class weights."""
    mixing = [tag_of(one) for one in augmentations if one.mixes]
    return [
        ("augmentation", len(augmentations), len(augmentations) <= MOST, f"must have {MOST} parts at most"),
        *(
            rule
            for number, one in enumerate(augmentations, 1)
            for rule in placed(f"augmentation, number {number} ({tag_of(one)})", one.rules)
        ),
        ("augmentation", mixing, not mixing or loss == "cross_entropy", "needs the loss cross_entropy"),
        ("augmentation", mixing, not mixing or not class_weights, "cannot be together with class_weights"),
    ]
