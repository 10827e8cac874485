"""Normalizations: batch norm with the biased variance."""

import torch
from torch import Tensor, nn

from mnist_compare.architecture import BatchNorm, ShapedLayer
from mnist_compare_torch.layers.dispatch import make_module


class _BiasedBatchNorm(nn.modules.batchnorm._BatchNorm):
    """Keeps the biased running variance, as Keras and Paddle do; torch's own keeps the unbiased one."""

    running_var: Tensor
    momentum: float

    def _check_input_dim(self, input: Tensor) -> None:
        pass

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        kept, unbiased = self.running_var * (1 - self.momentum), self.running_var.clone()
        y = nn.functional.batch_norm(
            x, self.running_mean, unbiased, self.weight, self.bias, True, self.momentum, self.eps
        )
        count = x.numel() // x.shape[1]
        # The new share times (count - 1) / count. Backward holds `unbiased`, and a captured step its own tensors.
        torch.lerp(unbiased, kept, 1 / count, out=self.running_var)
        return y


@make_module.register
def _batch_norm(layer: BatchNorm, shaped: ShapedLayer) -> nn.Module:
    return _BiasedBatchNorm(shaped.input_shape[0], eps=layer.epsilon, momentum=layer.momentum)
