"""The bias of a convolution right before a max pooling is added behind it."""

from itertools import pairwise

from msgspec.structs import replace

from mnist_compare.architecture import Chain, Convolution, MaxPooling, chains
from mnist_compare.lowering.lowered import Lowered, Pass, Setting


def pooled_biases(layers: Chain) -> dict[str, str]:
    """The convolutions whose bias can be added behind a max pooling, and that pooling, by name."""
    return {
        convolution.name: pooling.name
        for chain in chains(layers)
        for convolution, pooling in pairwise(chain)
        if isinstance(convolution.layer, Convolution)
        and convolution.layer.bias
        and isinstance(pooling.layer, MaxPooling)
    }


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    return replace(lowered, pooled_biases=pooled_biases(lowered.layers))


PASS = Pass(
    name="bias-behind-pooling",
    reason="There are fewer values to add to behind a max pooling, and fewer to sum for the bias's gradient, for which "
    "oneDNN takes long. The largest of some values is the same one when all of them grow by the same number.",
    gain="cnn 1.03 times as fast in PyTorch, 1.13 in Keras and 1.06 in Paddle.",
    apply=_apply,
)
