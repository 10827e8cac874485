"""Activations."""

from torch import nn

from mnist_compare.architecture import ReLU, ShapedLayer
from mnist_compare_torch.layers.dispatch import make_module


@make_module.register
def _relu(layer: ReLU, shaped: ShapedLayer) -> nn.Module:
    return nn.ReLU()
