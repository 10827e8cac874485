"""Attention."""

from math import sqrt

import numpy as np

from mnist_compare.architecture import Attention, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class AttentionModule(Module):
    """Multi-head self-attention, x [N, length, width]."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        self.queries, self.keys, self.values = (self.split(self.project(name, x)) for name in ("query", "key", "value"))
        scores = self.rounded(self.queries @ self.keys.swapaxes(2, 3) / self.root)
        exponentials = self.rounded(np.exp(scores - scores.max(axis=3, keepdims=True)))
        self.shares = self.rounded(exponentials / exponentials.sum(axis=3, keepdims=True))
        self.together = self.rounded(self.join(self.shares @ self.values))
        return self.project("out", self.together)

    def backward(self, gradient: Array) -> Array:
        together = self.split(self.back_through("out", self.together, gradient))
        values = self.shares.swapaxes(2, 3) @ together
        shares = self.rounded(together @ self.values.swapaxes(2, 3))
        mean = self.rounded((shares * self.shares).sum(axis=3, keepdims=True))
        scores = self.rounded(self.shares * (shares - mean) / self.root)
        queries, keys = scores @ self.keys, scores.swapaxes(2, 3) @ self.queries
        parts = {"query": queries, "key": keys, "value": values}
        back = [self.back_through(name, self.x, self.join(part)) for name, part in parts.items()]
        return np.asarray(sum(back))

    @property
    def root(self) -> float:
        """What scores are divided by: the root of the features of a head."""
        return sqrt(self.x.shape[2] // self.heads)

    def split(self, x: Array) -> Array:
        """[N, length, width] -> [N, heads, length, width / heads]."""
        return x.reshape(*x.shape[:2], self.heads, -1).swapaxes(1, 2)

    def join(self, x: Array) -> Array:
        """The way back of `split`."""
        swapped = x.swapaxes(1, 2)
        return swapped.reshape(*swapped.shape[:2], -1)

    def project(self, name: str, x: Array) -> Array:
        """X times the weight of that name, plus its bias."""
        return self.rounded(x @ self.arrays[f"{name}_weight"].T + self.arrays[f"{name}_bias"])

    def back_through(self, name: str, x: Array, gradient: Array) -> Array:
        """The gradient in x, of the gradient in what `project` has made of it."""
        width, gradient = gradient.shape[2], self.rounded(gradient)
        self.gradients[f"{name}_weight"] = gradient.reshape(-1, width).T @ x.reshape(-1, width)
        self.gradients[f"{name}_bias"] = self.total(gradient, (0, 1))
        return np.asarray(gradient @ self.arrays[f"{name}_weight"])


@make_module.register
def _attention(layer: Attention, shaped: ShapedLayer) -> Module:
    return AttentionModule(layer.heads)
