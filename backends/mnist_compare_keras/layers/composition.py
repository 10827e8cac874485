"""Layers that hold layers, as the functional API has them: tensors that go several ways and meet again."""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import keras

from mnist_compare.architecture import Auxiliary, Branches, Composite, Residual, ShapedLayer
from mnist_compare_keras.backend import BACKEND


@singledispatch
def join(layer: Composite, shaped: ShapedLayer, x: Any, parts: Sequence[Any], dtype: Any) -> Any:
    """What comes out of a layer that holds layers, from the tensor `x` that goes in and those that its parts make.

    Each kind registers its own. Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.composition.join")


@join.register
def _residual(layer: Residual, shaped: ShapedLayer, x: Any, parts: Sequence[Any], dtype: Any) -> Any:
    return keras.layers.Add(name=shaped.name, dtype=dtype)(list(parts))


@join.register
def _branches(layer: Branches, shaped: ShapedLayer, x: Any, parts: Sequence[Any], dtype: Any) -> Any:
    return keras.layers.Concatenate(name=shaped.name, dtype=dtype)(list(parts))  # of the channels, which are last


@join.register
def _auxiliary(layer: Auxiliary, shaped: ShapedLayer, x: Any, parts: Sequence[Any], dtype: Any) -> Any:
    return x
