"""Paddle's own transforms, for native mode: one for each augmentation of a recipe that it has one for."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial, singledispatch
from typing import Any

import numpy as np
import paddle
from paddle.vision import transforms

from mnist_compare.data.augment import Transform
from mnist_compare.recipe.augmentations import Augmentation, Contrast, Erase, Rotate, Scale, Shear, Shift
from mnist_compare.recipe.augmentations.base import Pixels
from mnist_compare.recipe.augmentations.mixing import Shares
from mnist_compare_paddle.backend import BACKEND

BLACK = 0.0
"""Beyond the edge. The whole number 0, the default of RandomAffine, is an error with images of one channel."""


def own_transform(one: Augmentation) -> Transform:
    """What a transform of Paddle's makes of the images of a batch."""
    return partial(_change, make_transform(one))


@singledispatch
def make_transform(one: Augmentation) -> Any:
    """The transform, which changes every image: the recipe's probability is the core's. Each kind registers its own."""
    raise BACKEND.lacks("augmentation", one, "augmentation.make_transform")


@make_transform.register
def _rotate(one: Rotate) -> Any:
    return transforms.RandomRotation(one.degrees)


@make_transform.register
def _shift(one: Shift) -> Any:
    return transforms.RandomAffine(0, translate=(one.horizontal[1], one.vertical[1]), fill=BLACK)


@make_transform.register
def _scale(one: Scale) -> Any:
    return transforms.RandomAffine(0, scale=one.factor, fill=BLACK)


@make_transform.register
def _shear(one: Shear) -> Any:
    return transforms.RandomAffine(0, shear=one.degrees, fill=BLACK)


@make_transform.register
def _erase(one: Erase) -> Any:
    return transforms.RandomErasing(1.0, one.area, one.ratio, one.value)


@make_transform.register
def _contrast(one: Contrast) -> Any:
    return transforms.ContrastTransform(one.factor[1] - 1)


def _change(transform: Any, images: Pixels, shares: Shares | None, seed: int) -> tuple[Pixels, Shares | None]:
    """Image by image: Paddle's transforms take one at a time."""
    with _generators(seed):
        changed = [transform(image) for image in paddle.to_tensor(images, dtype=paddle.get_default_dtype())]
    return paddle.stack(changed).numpy().astype(np.float32), shares


@contextmanager
def _generators(seed: int) -> Iterator[None]:
    """Within it the generators of Python and NumPy, from which Paddle's transforms draw, begin with a seed."""
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
