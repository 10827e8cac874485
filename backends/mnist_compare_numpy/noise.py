"""NOISE: copies of the reference that round otherwise. How far they are from it is how far rounding alone leads.

Five copies round at random: each operand and each result of each operation is moved by up to one rounding to either
side, those within recurrent layers at every position and those within an attention too, and the gradient of the loss
before its subtraction (Monte Carlo arithmetic). In the sixth, sums run one after the other, where NumPy adds pairs:
some frameworks do so too, and lose digits in long sums.
"""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.experiment import Experiment
from mnist_compare.randomness import Array
from mnist_compare_numpy.experiment import NumpyExperiment
from mnist_compare_numpy.layers import Module

COPIES = 5
ROUNDING = 2.0**-52  # the distance of 1 from its neighbour: up to one rounding to either side
KEPT = ("x", "rows", "normalized")  # what layers keep of the forward pass, and take for the backward pass


class RandomRounding(NumpyExperiment):
    """The reference with random rounding; `number` chooses the random numbers."""

    number = 0

    def build(self) -> None:
        super().build()
        self._generator = np.random.default_rng((self.number, self.seed))
        for module in self.modules.values():
            forward, backward = module.forward, module.backward
            module.forward = partial(self._forward_of, module, forward)  # type: ignore[method-assign]
            module.backward = partial(self._backward_of, module, backward)  # type: ignore[method-assign]
            module.rounded = self.rounded  # type: ignore[method-assign]

    def _update(self, learning_rate: float, step: int) -> None:
        super()._update(learning_rate, step)
        for module in self.modules.values():
            module.arrays = {name: self.rounded(array, 0.5) for name, array in module.arrays.items()}
        self.slots = {
            name: {slot: self.rounded(array) for slot, array in slots.items()} for name, slots in self.slots.items()
        }

    def rounded(self, x: Array, most: float = 1.0) -> Array:
        """The array with each value moved by up to `most` roundings."""
        return np.asarray(x * (1 + most * ROUNDING * self._generator.uniform(-1, 1, size=x.shape)))

    def _forward_of(self, module: Module, forward: Any, x: Array, training: bool) -> Array:
        return self.rounded(self._with_weights_rounded(module, forward, self.rounded(x), training))

    def _backward_of(self, module: Module, backward: Any, gradient: Array) -> Array:
        for name in KEPT:
            if hasattr(module, name):
                setattr(module, name, self.rounded(getattr(module, name)))
        back = self.rounded(self._with_weights_rounded(module, backward, self.rounded(gradient)))
        module.gradients = {name: self.rounded(array) for name, array in module.gradients.items()}
        return back

    def _with_weights_rounded(self, module: Module, operation: Any, *operands: Any) -> Array:
        kept = {name: array for name, array in module.arrays.items() if "weight" in name}
        module.arrays |= {name: self.rounded(array) for name, array in kept.items()}
        result = operation(*operands)
        module.arrays |= kept
        return np.asarray(result)

    def _loss(self, outputs: Array, targets: NDArray[Any]) -> tuple[float, Array]:
        loss, gradient = super()._loss(self.rounded(outputs), targets)
        before = gradient.copy()
        if self.recipe.mixes:  # a probability, of which the share of the class is taken off
            before += targets / len(targets)
        elif self.recipe.loss == "cross_entropy":  # of which 1 is taken off at the target
            before[np.arange(len(targets)), targets] += 1 / len(targets)
        # The logarithm of a sum of exponentials, which is 1 or more, is a rounding of 1 off, however small it is.
        return loss + ROUNDING * self._generator.uniform(-1, 1), gradient + (self.rounded(before) - before)


def one_after_the_other(x: Array, axes: tuple[int, ...]) -> Array:
    """The sum over axes, each value added to the sum of those before."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    rows = x.transpose(*axes, *kept).reshape(-1, *(x.shape[axis] for axis in kept))
    return np.asarray(np.add.accumulate(rows, axis=0)[-1])


class SequentialSums(NumpyExperiment):
    """The reference with all sums over a batch and its pixels running one after the other."""

    def build(self) -> None:
        super().build()
        for module in self.modules.values():
            module.total = one_after_the_other  # type: ignore[method-assign]


def _random_rounding(number: int) -> type[Experiment]:
    return type(f"RandomRounding{number}", (RandomRounding,), {"number": number})


NOISE: dict[str, type[Experiment]] = {
    **{f"rounding-{number}": _random_rounding(number) for number in range(1, COPIES + 1)},
    "sequential-sums": SequentialSums,
}
