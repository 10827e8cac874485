"""Attention."""

from torch import Tensor, nn

from mnist_compare.architecture import Attention, ShapedLayer
from mnist_compare.experiment.layout import Kept
from mnist_compare_torch.layers.dispatch import kept_arrays, make_module


class SelfAttention(nn.MultiheadAttention):
    """torch's own, of one sequence: that is query, key and value."""

    def forward(self, x: Tensor) -> Tensor:
        """Attention within x [N, length, width]."""
        return super().forward(x, x, x, need_weights=False)[0]


@make_module.register
def _attention(layer: Attention, shaped: ShapedLayer) -> nn.Module:
    return SelfAttention(shaped.input_shape[1], layer.heads, batch_first=True)


@kept_arrays.register
def _attention_arrays(layer: Attention, shaped: ShapedLayer) -> dict[str, Kept]:
    """Torch keeps the weights and biases of queries, keys and values as one of each."""
    found = {"out_weight": Kept("out_proj.weight"), "out_bias": Kept("out_proj.bias")}
    for number, name in enumerate(("query", "key", "value")):
        found |= {f"{name}_{key}": Kept(f"in_proj_{key}", part=(number, 3)) for key in ("weight", "bias")}
    return found
