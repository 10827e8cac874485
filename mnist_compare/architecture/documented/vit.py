"""A small vision transformer: 16 patches of 7x7 pixels, and two blocks of attention and linear layers."""

from mnist_compare.architecture import (
    GELU,
    Architecture,
    Attention,
    LayerNorm,
    Linear,
    Patches,
    Positions,
    Residual,
    SequenceMean,
)

WIDTH, HEADS, BLOCKS = 64, 4, 2

_BLOCK = (
    Residual((LayerNorm(), Attention(HEADS))),
    Residual((LayerNorm(), Linear(2 * WIDTH), GELU(), Linear(WIDTH))),
)

VIT = Architecture(
    name="vit",
    layers=(Patches(WIDTH, 7), Positions(), *_BLOCK * BLOCKS, LayerNorm(), SequenceMean(), Linear("classes")),
    initializer="glorot_uniform",
    recipe="cnn",
    source="A. Dosovitskiy et al., An image is worth 16x16 words, 2020: small, with the mean over the patches",
)
