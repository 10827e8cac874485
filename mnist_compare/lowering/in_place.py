"""ReLUs and sums of residuals overwrite what they are computed from, where nothing else needs it."""

from itertools import pairwise

from msgspec.structs import replace

from mnist_compare.architecture import (
    BatchNorm,
    Chain,
    Convolution,
    Linear,
    ReLU,
    Residual,
    ShapedLayer,
    TransposedConvolution,
)
from mnist_compare.lowering.lowered import Lowered, Pass, Setting

UNUSED_OUTPUT = (BatchNorm, Convolution, Linear, Residual, TransposedConvolution)
"""Layers whose gradient is computed from their input, not from their output."""


def overwriting(layers: Chain) -> frozenset[str]:
    """The names of the layers that may overwrite what they get, those within other layers among them."""
    found = {
        shaped.name
        for before, shaped in pairwise(layers)
        if isinstance(shaped.layer, ReLU) and isinstance(before.layer, UNUSED_OUTPUT)
    }
    found |= {shaped.name for shaped in layers if _sums_in_place(shaped)}
    inner = [overwriting(part) for shaped in layers for part in shaped.parts]
    return frozenset(found).union(*inner)


def _sums_in_place(shaped: ShapedLayer) -> bool:
    if not isinstance(shaped.layer, Residual):
        return False
    body = shaped.parts[0]
    return bool(body) and isinstance(body[-1].layer, UNUSED_OUTPUT)


def _apply(lowered: Lowered, setting: Setting) -> Lowered:
    return replace(lowered, in_place=overwriting(lowered.layers))


PASS = Pass(
    name="in-place",
    reason="A result that takes the place of what it was computed from needs no memory of its own, and stays in the "
    "processor's cache.",
    gain="resnet18 1.09 times as fast in PyTorch.",
    apply=_apply,
)
