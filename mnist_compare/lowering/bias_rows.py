"""The bias of a convolution is added to images as rows."""

from msgspec.structs import replace

from mnist_compare.architecture import Convolution, walk
from mnist_compare.lowering.lowered import Lowered, Pass, Setting


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    found = any(isinstance(shaped.layer, Convolution) and shaped.layer.bias for shaped in walk(lowered.layers))
    return replace(lowered, bias_rows=found)


PASS = Pass(
    name="bias-rows",
    reason="Paddle adds the bias of a convolution by a general routine, as an array [C, 1, 1] to one of [N, C, H, W], "
    "which takes longer than the convolution. Added as [C, 1] to [N, C, H W] it is the same sum.",
    gain="cnn 2.37 times as fast in Paddle, with the bias behind the pooling.",
    apply=_apply,
)
