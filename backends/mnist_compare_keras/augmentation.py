"""Keras's own layers for augmentation, for native mode: one for each augmentation of a recipe that it has one for."""

from functools import partial, singledispatch
from math import radians, tan
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnist_compare.data.augment import Transform
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
from mnist_compare_keras.backend import BACKEND

GIVEN: dict[str, Any] = {"seed": 0, "dtype": "float32", "data_format": "channels_last"}
"""What every layer is told, whatever the network computes in."""


def own_transform(one: Augmentation) -> Transform:
    """What a layer of Keras makes of the images of a batch."""
    with tf.device("CPU"):
        return partial(_mix if isinstance(one, Mixing) else _change, make_transform(one))


@singledispatch
def make_transform(one: Augmentation) -> Any:
    """The layer, which changes every image: the recipe's probability is the core's. Each kind registers its own."""
    raise BACKEND.lacks("augmentation", one, "augmentation.make_transform")


@make_transform.register
def _rotate(one: Rotate) -> Any:
    return keras.layers.RandomRotation((one.degrees[0] / 360, one.degrees[1] / 360), **GIVEN)


@make_transform.register
def _shift(one: Shift) -> Any:
    return keras.layers.RandomTranslation(one.vertical, one.horizontal, **GIVEN)


@make_transform.register
def _scale(one: Scale) -> Any:
    # Keras says by how much more is seen: images become smaller above 0.
    return keras.layers.RandomZoom((1 / one.factor[1] - 1, 1 / one.factor[0] - 1), **GIVEN)


@make_transform.register
def _shear(one: Shear) -> Any:
    # To which side is drawn besides.
    return keras.layers.RandomShear((0.0, tan(radians(one.degrees[1]))), **GIVEN)


@make_transform.register
def _erase(one: Erase) -> Any:
    # A factor of 1 would be a probability from 0 to 1.
    return keras.layers.RandomErasing(
        (1.0, 1.0), scale=one.area, fill_value=float(one.value), value_range=(0, 1), **GIVEN
    )


@make_transform.register
def _contrast(one: Contrast) -> Any:
    return keras.layers.RandomContrast((1 - one.factor[0], one.factor[1] - 1), value_range=(0, 1), **GIVEN)


@make_transform.register
def _mixup(one: MixUp) -> Any:
    return keras.layers.MixUp(one.alpha, **GIVEN)


@make_transform.register
def _cutmix(one: CutMix) -> Any:
    return keras.layers.CutMix((one.alpha, one.alpha), **GIVEN)


def _change(layer: Any, images: Pixels, shares: Shares | None, seed: int) -> tuple[Pixels, Shares | None]:
    return _pixels(_called(layer, _channels_last(images), seed)), shares


def _mix(layer: Any, images: Pixels, shares: Shares | None, seed: int) -> tuple[Pixels, Shares | None]:
    found = _called(layer, {"images": _channels_last(images), "labels": np.float32(shares)}, seed)
    return _pixels(found["images"]), np.asarray(found["labels"], dtype=np.float64)


def _called(layer: Any, inputs: Any, seed: int) -> Any:
    with tf.device("CPU"):
        layer.generator.state.assign([seed, 0])
        return layer(inputs, training=True)


def _channels_last(images: Pixels) -> Pixels:
    return np.ascontiguousarray(np.moveaxis(images, 1, -1))


def _pixels(images: Any) -> Pixels:
    return np.ascontiguousarray(np.moveaxis(np.asarray(images), -1, 1))
