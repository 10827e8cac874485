"""Normalizations."""

from typing import ClassVar, Self

import msgspec
import numpy as np

from mnist_compare.architecture.layers.base import Layer, Shape
from mnist_compare.io.float32 import round_constants


class BatchNorm(Layer, frozen=True, tag="batch_norm", forbid_unknown_fields=True):
    """Normalization over the batch, per channel (or per feature), with a trained factor and summand.

    The running variance is the biased one, as in Keras and Paddle; backends whose framework keeps the unbiased one
    convert it.

    Options:
        momentum: share of the new batch in the running statistics, above 0 and at most 1, as in PyTorch; in Keras and
            Paddle it is 1 minus that.
        epsilon: is added to the variance, between 0 and 1.

    >>> sorted(BatchNorm().statistics((8, 14, 14)))
    ['running_mean', 'running_var']
    """

    prefix = "norm"
    any_order = True
    normalizes = True
    initial: ClassVar = {"weight": 1.0, "bias": 0.0, "running_mean": 0.0, "running_var": 1.0}
    momentum: float = 0.1
    epsilon: float = 1e-5

    def output_shape(self, shape: Shape) -> Shape:
        if not 0 < self.momentum <= 1:
            raise ValueError(f"momentum must be above 0 and at most 1 (it is {self.momentum})")
        if not 0 < self.epsilon < 1:
            raise ValueError(f"epsilon must be between 0 and 1 (it is {self.epsilon})")
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": shape[:1], "bias": shape[:1]}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        return {"running_mean": shape[:1], "running_var": shape[:1]}

    def rounded(self) -> Self:
        """The layer rounded so that the share of the old statistics, which Keras and Paddle keep, is a float32."""
        momentum = 1 - float(np.float32(1 - self.momentum))
        return msgspec.structs.replace(round_constants(self), momentum=momentum)
