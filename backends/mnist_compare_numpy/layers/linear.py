"""Linear layers and flattening."""

from mnist_compare.architecture import Flatten, Linear, ShapedLayer
from mnist_compare_numpy.layers.dispatch import make_module
from mnist_compare_numpy.layers.module import Array, Module


class LinearModule(Module):
    """x W^T + b, of every position of a sequence for itself."""

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        y = x @ self.arrays["weight"].T
        return y + self.arrays["bias"] if "bias" in self.arrays else y

    def backward(self, gradient: Array) -> Array:
        rows, x = gradient.reshape(-1, gradient.shape[-1]), self.x.reshape(-1, self.x.shape[-1])
        self.gradients["weight"] = rows.T @ x
        if "bias" in self.arrays:
            self.gradients["bias"] = self.total(rows, (0,))
        return gradient @ self.arrays["weight"]


class FlattenModule(Module):
    """One row per sample, in C-H-W order."""

    def forward(self, x: Array, training: bool) -> Array:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, gradient: Array) -> Array:
        return gradient.reshape(self.shape)


@make_module.register
def _linear(layer: Linear, shaped: ShapedLayer) -> Module:
    return LinearModule()


@make_module.register
def _flatten(layer: Flatten, shaped: ShapedLayer) -> Module:
    return FlattenModule()
