"""A batch of images is cut into parts, which go forward and backward side by side; their gradients are added up."""

from itertools import pairwise

from msgspec.structs import replace

from mnist_compare.architecture import Chain, Convolution, walk
from mnist_compare.lowering.lowered import Lowered, Pass, Setting

SMALLEST_PART = 16
"""Images."""


def useful_parts(layers: Chain, setting: Setting) -> int:
    """The parts of a batch that suit a network: of graphs on a CPU alone, whose branches run at once.

    Parts were measured to gain in networks with convolutions: what a linear layer saves is less than adding up its
    gradients costs. What looks at the whole batch, such as a BatchNorm, is not cut.
    """
    convolves = any(isinstance(shaped.layer, Convolution) for shaped in walk(layers))
    alone = all(shaped.layer.image_by_image for shaped in walk(layers))
    if not (convolves and alone) or (setting.device, setting.execution) != ("cpu", "compiled"):
        return 1
    return max(1, min(setting.threads, setting.batch_size // SMALLEST_PART))


def cut(batch: int, parts: int) -> list[slice]:
    """The parts of a batch of so many images, as equal as can be; at most as many as there are images."""
    parts = max(1, min(parts, batch))
    cuts = [batch * i // parts for i in range(parts + 1)]
    return [slice(start, stop) for start, stop in pairwise(cuts)]


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    return replace(lowered, parts=useful_parts(lowered.layers, setting))


PASS = Pass(
    name="batch-parts",
    reason="One operation in two threads gains little in a small network: the threads wait for each other after each. "
    "Several operations at once gain only where some do not wait for each other, and a chain of layers has few; parts "
    "of a batch do not.",
    gain="cnn 1.60 times as fast in Keras, with the threads shared out to suit.",
    apply=_apply,
)
