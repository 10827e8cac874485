"""Normalizations."""

from math import prod
from typing import ClassVar, Self

import msgspec
import numpy as np

from mnist_compare.architecture.layers.base import Layer, Shape, format_shape, require_image, require_positive
from mnist_compare.io.bounds import Whole
from mnist_compare.io.fields import written
from mnist_compare.io.float32 import round_constants

TRAINED: dict[str, float] = {"weight": 1.0, "bias": 0.0}
"""What the factors and summands of a normalization begin with."""


class BatchNorm(Layer, frozen=True, tag="batch_norm", forbid_unknown_fields=True, omit_defaults=True):
    """Normalization over the batch, per channel (or per feature), with a trained factor and summand.

    The running variance is the biased one, as in Keras and Paddle; backends whose framework keeps the unbiased one
    convert it.

    Options:
        momentum: share of the new batch in the running statistics, above 0 and at most 1, as in PyTorch; in Keras and
            Paddle it is 1 minus that.
        epsilon: is added to the variance, between 0 and 1.
        scale: whether the normalized values are multiplied by a trained number, one for each channel.
        shift: whether a trained number is added, one for each channel.

    >>> sorted(BatchNorm().statistics((8, 14, 14)))
    ['running_mean', 'running_var']
    """

    prefix = "norm"
    any_order = True
    normalizes = True
    initial: ClassVar = {**TRAINED, "running_mean": 0.0, "running_var": 1.0}
    momentum: float = written(0.1)
    epsilon: float = written(1e-5)
    scale: bool = True
    shift: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        if not 0 < self.momentum <= 1:
            raise ValueError(f"momentum must be above 0 and at most 1 (it is {self.momentum})")
        _require_epsilon(self.epsilon)
        if len(shape) == 2:
            raise ValueError(f"it takes images or flat values, but gets the sequence {format_shape(shape)}")
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return _trained(self, shape[:1])

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        return {"running_mean": shape[:1], "running_var": shape[:1]}

    def removes_constants(self, shape: Shape) -> bool:
        return True

    def rounded(self) -> Self:
        """The layer rounded so that the share of the old statistics, which Keras and Paddle keep, is a float32."""
        momentum = 1 - float(np.float32(1 - self.momentum))
        return msgspec.structs.replace(round_constants(self), momentum=momentum)


class LayerNorm(Layer, frozen=True, tag="layer_norm", forbid_unknown_fields=True):
    """Normalization of each sample by itself: over all its values, of an image as of a flat input. In a sequence
    [length, width], over the width, at each position by itself.

    Factors and summands are trained for each of the values that are normalized together: [channels, height, width] of
    an image, [features] of a flat input, [width] of a sequence.

    Options:
        epsilon: is added to the variance, between 0 and 1.
        scale: whether the normalized values are multiplied by trained numbers.
        shift: whether trained numbers are added.

    >>> LayerNorm().parameters((8, 14, 14))
    {'weight': (8, 14, 14), 'bias': (8, 14, 14)}
    >>> LayerNorm(shift=False).parameters((49, 64))
    {'weight': (64,)}
    """

    prefix = "layer_norm"
    image_by_image = True
    any_order = True
    initial: ClassVar = TRAINED
    epsilon: float = 1e-5
    scale: bool = True
    shift: bool = True

    def normalized_shape(self, shape: Shape) -> Shape:
        """The shape of what is normalized together, of a sample of `shape`."""
        return shape[-1:] if len(shape) == 2 else shape

    def output_shape(self, shape: Shape) -> Shape:
        _require_epsilon(self.epsilon)
        _require_several(prod(self.normalized_shape(shape)), "it normalizes all values together", shape)
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return _trained(self, self.normalized_shape(shape))

    def removes_constants(self, shape: Shape) -> bool:
        return len(shape) == 3 and shape[0] == 1


class InstanceNorm(Layer, frozen=True, tag="instance_norm", forbid_unknown_fields=True):
    """Normalization of each channel of each image by itself, over its height and width, in evaluation as in training.

    Options:
        epsilon: is added to the variance, between 0 and 1.
        scale: whether the normalized values are multiplied by a trained number, one for each channel.
        shift: whether a trained number is added, one for each channel.

    >>> InstanceNorm().parameters((8, 14, 14))
    {'weight': (8,), 'bias': (8,)}
    """

    prefix = "instance_norm"
    image_by_image = True
    initial: ClassVar = TRAINED
    epsilon: float = 1e-5
    scale: bool = True
    shift: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        _require_epsilon(self.epsilon)
        require_image(shape)
        _require_several(prod(shape[1:]), "it normalizes each channel by itself", shape)
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return _trained(self, shape[:1])

    def removes_constants(self, shape: Shape) -> bool:
        return True


class GroupNorm(Layer, frozen=True, tag="group_norm", forbid_unknown_fields=True):
    """Normalization of each image by itself, over the height and width of some neighbouring channels together.

    Options:
        groups: into how many groups the channels are divided, all of one size.
        epsilon: is added to the variance, between 0 and 1.
        scale: whether the normalized values are multiplied by a trained number, one for each channel.
        shift: whether a trained number is added, one for each channel.

    >>> GroupNorm(2).parameters((8, 14, 14))
    {'weight': (8,), 'bias': (8,)}
    """

    prefix = "group_norm"
    image_by_image = True
    initial: ClassVar = TRAINED
    groups: Whole
    epsilon: float = 1e-5
    scale: bool = True
    shift: bool = True

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(groups=self.groups)
        _require_epsilon(self.epsilon)
        require_image(shape)
        if shape[0] % self.groups:
            raise ValueError(f"groups must divide the channels, of which there are {shape[0]} (it is {self.groups})")
        _require_several(prod(shape) // self.groups, "it normalizes each group by itself", shape)
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        return _trained(self, shape[:1])

    def removes_constants(self, shape: Shape) -> bool:
        return self.groups == shape[0]


class LocalResponseNorm(Layer, frozen=True, tag="local_response_norm", forbid_unknown_fields=True):
    """x / (k + alpha m)^beta, where m is the mean of the squares of `size` neighbouring channels, of which x is the
    middle one. Channels that there are not count as 0.

    So alpha is the number of PyTorch and Paddle; TensorFlow and the paper of AlexNet multiply the sum of the squares
    by it, where it is alpha / size.

    Options:
        size: channels of which the mean is taken, an odd number.
        alpha: what the mean is multiplied by, at least 0.
        beta: the exponent, at least 0.
        k: is added, above 0.

    >>> LocalResponseNorm(5).output_shape((8, 14, 14))
    (8, 14, 14)
    """

    prefix = "response_norm"
    image_by_image = True
    size: Whole
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def output_shape(self, shape: Shape) -> Shape:
        require_positive(size=self.size)
        if self.size % 2 == 0:
            raise ValueError(f"size must be odd, so that there is a middle one (it is {self.size})")
        for name, value in (("alpha", self.alpha), ("beta", self.beta)):
            if not 0 <= value < np.inf:
                raise ValueError(f"{name} must be at least 0 (it is {value})")
        if not 0 < self.k < np.inf:
            raise ValueError(f"k must be above 0 (it is {self.k})")
        require_image(shape)
        widest = 2 * shape[0] - 1
        if self.size > widest:
            raise ValueError(f"size must be at most {widest}, which takes in all channels (it is {self.size})")
        return shape


def _trained(layer: BatchNorm | LayerNorm | InstanceNorm | GroupNorm, shape: Shape) -> dict[str, Shape]:
    """Factors and summands of this shape, those that the layer has."""
    return {name: shape for name, has in (("weight", layer.scale), ("bias", layer.shift)) if has}


def _require_epsilon(epsilon: float) -> None:
    if not 0 < epsilon < 1:
        raise ValueError(f"epsilon must be between 0 and 1 (it is {epsilon})")


def _require_several(count: int, what: str, shape: Shape) -> None:
    if count < 2:
        raise ValueError(f"{what}, and in {format_shape(shape)} there is one value alone, of which it would make 0")
