"""Images lie in memory with the channels last, in a framework whose own order is C-H-W."""

from msgspec.structs import replace

from mnist_compare.architecture import Convolution, walk
from mnist_compare.lowering.lowered import Lowered, Pass, Setting


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    convolves = any(isinstance(shaped.layer, Convolution) for shaped in walk(lowered.layers))
    return replace(lowered, channels_last=convolves)


PASS = Pass(
    name="channels-last",
    reason="Convolutions on CPUs are faster where the channels of a pixel lie side by side.",
    gain="cnn 1.67 times as fast in PyTorch, with flat-order.",
    apply=_apply,
)
