"""torchvision's own transforms, for native mode: one for each augmentation of a recipe that it has one for."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial, singledispatch
from typing import Any

import numpy as np
import torch

from mnist_compare.data.augment import Transform
from mnist_compare.errors import BackendError
from mnist_compare.recipe.augmentations import (
    Augmentation,
    Contrast,
    CutMix,
    Erase,
    Mixing,
    MixUp,
    Rotate,
    Scale,
    Shear,
    Shift,
)
from mnist_compare.recipe.augmentations.base import Pixels
from mnist_compare.recipe.augmentations.mixing import Shares
from mnist_compare_torch.backend import BACKEND

_OPERATORS: list[torch.library.Library] = []
"""Those that are defined for torchvision: they are there as long as their library is."""


def own_transform(one: Augmentation) -> Transform:
    """What torchvision makes of the images of a batch. Raises BackendError where torchvision is missing."""
    return partial(_mix if isinstance(one, Mixing) else _change, make_transform(one, torchvision_transforms()))


@singledispatch
def make_transform(one: Augmentation, v2: Any) -> Any:
    """The transform, which changes every image: the recipe's probability is the core's. Each kind registers its own."""
    raise BACKEND.lacks("augmentation", one, "augmentation.make_transform")


@make_transform.register
def _rotate(one: Rotate, v2: Any) -> Any:
    return v2.RandomRotation(one.degrees)


@make_transform.register
def _shift(one: Shift, v2: Any) -> Any:
    return v2.RandomAffine(0, translate=(one.horizontal[1], one.vertical[1]))


@make_transform.register
def _scale(one: Scale, v2: Any) -> Any:
    return v2.RandomAffine(0, scale=one.factor)


@make_transform.register
def _shear(one: Shear, v2: Any) -> Any:
    return v2.RandomAffine(0, shear=one.degrees)


@make_transform.register
def _erase(one: Erase, v2: Any) -> Any:
    return v2.RandomErasing(1.0, one.area, one.ratio, one.value)


@make_transform.register
def _contrast(one: Contrast, v2: Any) -> Any:
    return v2.ColorJitter(contrast=one.factor)


@make_transform.register
def _mixup(one: MixUp, v2: Any) -> Any:
    return v2.MixUp(alpha=one.alpha)


@make_transform.register
def _cutmix(one: CutMix, v2: Any) -> Any:
    return v2.CutMix(alpha=one.alpha)


def _change(transform: Any, images: Pixels, shares: Shares | None, seed: int) -> tuple[Pixels, Shares | None]:
    """Image by image, as torchvision's users do: in a batch all would be changed alike."""
    with _generator(seed):
        changed = [transform(image) for image in torch.from_numpy(np.array(images))]
    return torch.stack(changed).numpy(), shares


def _mix(transform: Any, images: Pixels, shares: Shares | None, seed: int) -> tuple[Pixels, Shares | None]:
    with _generator(seed):
        mixed, labels = transform(torch.from_numpy(np.array(images)), torch.from_numpy(np.array(shares)))
    return mixed.numpy(), labels.numpy()


@contextmanager
def _generator(seed: int) -> Iterator[None]:
    """Within it torch's generator begins with a seed; after it, dropout goes on with what it had."""
    state = torch.default_generator.get_state()
    torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        torch.default_generator.set_state(state)


@cache
def torchvision_transforms() -> Any:
    """`torchvision.transforms.v2`, which is imported for this alone. Raises BackendError where that fails."""
    try:
        try:
            from torchvision.transforms import v2
        except RuntimeError:
            _define_operators()
            from torchvision.transforms import v2
    except (ImportError, OSError, RuntimeError) as error:
        raise BackendError(
            f"torch's own augmentation needs torchvision, which cannot be imported ({error}). Install the version that "
            "belongs to this torch (pip install torchvision), or take --mode matched."
        ) from error
    return v2


def _define_operators() -> None:
    """Define the operators that torchvision registers shapes for, which its wheel does not load beside some builds of
    torch; its transforms need none of them.
    """
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _OPERATORS.append(library)
