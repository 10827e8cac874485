"""Attention."""

from paddle import nn

from mnist_compare.architecture import Attention, ShapedLayer
from mnist_compare.experiment.layout import Kept, moved
from mnist_compare_paddle.layers.dispatch import kept_arrays, make_layer

NAMES = {"query": "q_proj", "key": "k_proj", "value": "v_proj", "out": "out_proj"}


@make_layer.register
def _attention(layer: Attention, shaped: ShapedLayer) -> nn.Layer:
    return nn.MultiHeadAttention(shaped.input_shape[1], layer.heads)


@kept_arrays.register
def _attention_arrays(layer: Attention, shaped: ShapedLayer) -> dict[str, Kept]:
    """Paddle keeps them in four linear layers."""
    weights = {f"{ours}_weight": moved(f"{theirs}.weight", (1, 0)) for ours, theirs in NAMES.items()}
    return weights | {f"{ours}_bias": Kept(f"{theirs}.bias") for ours, theirs in NAMES.items()}
