"""Recurrent layers."""

from typing import Any

import keras
import numpy as np

from mnist_compare.architecture import GRU, LSTM, RNN, Recurrent, ShapedLayer
from mnist_compare.experiment.layout import Change, Kept
from mnist_compare_keras.layers.dispatch import kept_arrays, make_layers

KINDS = {RNN: keras.layers.SimpleRNN, LSTM: keras.layers.LSTM, GRU: keras.layers.GRU}


@make_layers.register
def _recurrent(layer: Recurrent, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    """One Keras layer; of several layers, a Sequential of them."""
    if layer.layers == 1:
        return [_one(layer, shaped.name, dtype, sequences=layer.output == "all")]
    *before, last = (f"l{number}" for number in range(layer.layers))
    found = [_one(layer, name, dtype, sequences=True) for name in before]
    top = _one(layer, last, dtype, sequences=layer.output == "all")
    return [keras.Sequential([keras.Input(shaped.input_shape, dtype=_dtype(dtype)), *found, top], name=shaped.name)]


def _one(layer: Recurrent, name: str, dtype: Any, *, sequences: bool) -> keras.layers.Layer:
    others = {"reset_after": layer.reset == "after"} if isinstance(layer, GRU) else {}
    made = KINDS[type(layer)](layer.features, return_sequences=sequences, name=name, dtype=dtype, **others)
    return keras.layers.Bidirectional(made, name=name, dtype=dtype) if layer.bidirectional else made


def _dtype(policy: Any) -> str:
    return str(keras.dtype_policies.get(policy).compute_dtype)


@kept_arrays.register
def _recurrent_arrays(layer: Recurrent, shaped: ShapedLayer) -> dict[str, Kept]:
    """Keras keeps kernels as [in, gates x features], the gates of a GRU in the order z, r, n, and two biases as one."""
    order = _update_first if isinstance(layer, GRU) else _in_order
    found = {}
    for number, ends in enumerate(layer.ends):
        for end in ends:
            place = f"l{number}." if layer.layers > 1 else ""
            if layer.bidirectional:
                place += "backward_layer." if end.endswith("_reverse") else "forward_layer."
            for key, name in (("weight_ih", "kernel"), ("weight_hh", "recurrent_kernel")):
                found[f"{key}{end}"] = Kept(f"{place}cell.{name}", _after(order, np.transpose), _before(order))
            for i, key in enumerate(layer.biases):
                found[f"{key}{end}"] = _bias(f"{place}cell.bias", order, i, len(layer.biases))
    return found


def _bias(name: str, order: Change, number: int, count: int) -> Kept:
    if count == 1:
        return Kept(name, order, order)
    return Kept(name, lambda b: order(b)[None], lambda b: order(b[0]), (number, count))


def _in_order(array: Any) -> Any:
    return array


def _update_first(array: Any) -> Any:
    """The blocks r, z, n of rows as z, r, n, and the other way round."""
    reset, update, new = np.split(array, 3)
    return np.concatenate([update, reset, new])


def _after(first: Change, second: Change) -> Change:
    return lambda array: second(first(array))


def _before(order: Change) -> Change:
    return lambda array: order(array.T)
