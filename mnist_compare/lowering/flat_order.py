"""Flattened images keep the order in which their values lie in memory."""

from msgspec.structs import replace

from mnist_compare.lowering.layout import ChannelsLast
from mnist_compare.lowering.lowered import Lowered, Pass, Setting


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    return replace(lowered, flat_order=ChannelsLast(lowered.layers)) if lowered.channels_last else lowered


PASS = Pass(
    name="flat-order",
    reason="With the channels last, a flatten would have to put the values into the order C-H-W in every step. The "
    "weights of the linear layer behind it are put into the order of the values once instead.",
    gain="cnn 1.03 times as fast in PyTorch.",
    apply=_apply,
)
