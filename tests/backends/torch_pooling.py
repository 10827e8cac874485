"""In a process of its own: the outputs of torch's pooled convolution with gradients and without, each pair compared."""

import sys

import torch
from torch import nn

from mnist_compare_torch.layers.convolution import PooledConvolution

torch.manual_seed(0)
for pooling in (
    nn.MaxPool2d(2),
    nn.MaxPool2d(2, 2, 1),
    nn.MaxPool2d(3, 2),
    nn.MaxPool2d((2, 2), (1, 2)),
    nn.AvgPool2d(2),
):
    for side in (8, 7, 2):
        layer = PooledConvolution(nn.Conv2d(3, 5, 3, padding=1), pooling).to(memory_format=torch.channels_last)
        images = torch.randn(4, 3, side + 1, side + 1).to(memory_format=torch.channels_last)
        images[0, 0, 0, 0] = torch.nan
        with_gradients = layer(images)
        with torch.no_grad():
            without = layer(images)
        if not torch.equal(with_gradients.nan_to_num(7e7), without.nan_to_num(7e7)):
            sys.exit(f"{pooling}, {side}")
