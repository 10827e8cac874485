"""Activations."""

from functools import partial
from math import pi, sqrt
from typing import Any

import keras

from mnist_compare.architecture import (
    ELU,
    GELU,
    LeakyReLU,
    ReLU,
    ShapedLayer,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from mnist_compare_keras.layers.dispatch import make_function, make_layers


@make_layers.register
def _relu(layer: ReLU, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.ReLU(name=shaped.name, dtype=dtype)]


@make_layers.register
def _leaky_relu(layer: LeakyReLU, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.LeakyReLU(layer.slope, name=shaped.name, dtype=dtype)]


@make_layers.register
def _elu(layer: ELU, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.ELU(layer.alpha, name=shaped.name, dtype=dtype)]


@make_layers.register
def _sigmoid(layer: Sigmoid, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Activation("sigmoid", name=shaped.name, dtype=dtype)]


@make_layers.register
def _tanh(layer: Tanh, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Activation("tanh", name=shaped.name, dtype=dtype)]


@make_layers.register
def _silu(layer: SiLU, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Activation("silu", name=shaped.name, dtype=dtype)]


@make_layers.register
def _gelu(layer: GELU, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    # The constants of TensorFlow's own are of float32, whatever the type of x.
    exact = keras.dtype_policies.get(dtype).compute_dtype == "float64"
    if not layer.approximate:
        return (
            [make_function(shaped, dtype, _exact_gelu)]
            if exact
            else [keras.layers.Activation("gelu", name=shaped.name, dtype=dtype)]
        )
    # As the activation of a layer it would be saved by its name, which stands for the one without tanh.
    own = partial(keras.ops.gelu, approximate=True)
    return [make_function(shaped, dtype, _exact_tanh_gelu if exact else own)]


def _exact_gelu(x: Any) -> Any:
    return x * (1 + keras.ops.erf(x * sqrt(0.5))) * 0.5


def _exact_tanh_gelu(x: Any) -> Any:
    return x * (1 + keras.ops.tanh((x + x * x * x * 0.044715) * sqrt(2 / pi))) * 0.5


@make_layers.register
def _softplus(layer: Softplus, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Activation("softplus", name=shaped.name, dtype=dtype)]


@make_layers.register
def _softmax(layer: Softmax, shaped: ShapedLayer, dtype: Any) -> list[keras.layers.Layer]:
    return [keras.layers.Softmax(-1, name=shaped.name, dtype=dtype)]
