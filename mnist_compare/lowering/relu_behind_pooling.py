"""A ReLU right before a max pooling goes behind it."""

from itertools import pairwise

from msgspec.structs import replace

from mnist_compare.architecture import Chain, MaxPooling, ReLU, map_chains
from mnist_compare.lowering.lowered import Lowered, Pass, Setting


def pool_first(layers: Chain) -> Chain:
    """The layers, with every ReLU that stands right before a max pooling behind it. Names stay, shapes follow."""
    ordered = list(layers)
    for i, (relu, pooling) in enumerate(pairwise(layers)):
        if isinstance(relu.layer, ReLU) and isinstance(pooling.layer, MaxPooling):
            shape = pooling.output_shape
            ordered[i : i + 2] = [pooling, replace(relu, input_shape=shape, output_shape=shape)]
    return tuple(ordered)


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    return replace(lowered, layers=map_chains(lowered.layers, pool_first))


PASS = Pass(
    name="relu-behind-pooling",
    reason="A ReLU has fewer values to look at behind a max pooling. Values and gradients stay the same, bit for bit: "
    "the largest of some values is in the same place whether or not the negative ones count as zero, and where none is "
    "positive the result is zero and nothing goes back.",
    gain="cnn 1.06 times as fast in PyTorch, 1.20 in Keras and 1.12 in Paddle, with the bias behind the pooling too.",
    apply=_apply,
)
