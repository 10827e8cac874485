"""A network as the users of a framework write it: stock layers, with the framework's own names and order of weights.

What a backend trains is tuned: biases behind poolings, weights in another order. Here is the way from that to a plain
model of the framework, and back.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import BatchNorm, Shape
from mnist_compare.errors import UsageError
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.misfits import require_fit
from mnist_compare.lowering.layout import ChannelsLast


class Layout(msgspec.Struct, frozen=True):
    """What a framework calls the arrays of a layer, and in which order it keeps them.

    `names` and `norm_names` (of a batch norm) give its word for weight, bias, running_mean and running_var, where it
    has another. `convolution` and `linear` are the axes of a canonical weight [out, in, height, width] and [out, in]
    in its order. `channels_last` says that its flatten gives H-W-C.
    """

    names: dict[str, str] = {}
    norm_names: dict[str, str] = {}
    convolution: tuple[int, ...] = (0, 1, 2, 3)
    linear: tuple[int, ...] = (0, 1)
    channels_last: bool = False

    def name(self, parameter: str, *, norm: bool) -> str:
        """The framework's name for a canonical `<layer>.<array>`, which may be of a batch norm."""
        layer, _, key = parameter.rpartition(".")
        return f"{layer}.{(self.norm_names if norm else self.names).get(key, key)}"

    def theirs(self, array: NDArray[Any]) -> NDArray[Any]:
        """A view of a canonical array with the axes in the framework's order."""
        return array.transpose(self._axes(array.ndim))

    def ours(self, array: NDArray[Any]) -> NDArray[Any]:
        """The other way round."""
        return array.transpose(np.argsort(self._axes(array.ndim)))

    def shape(self, shape: Shape) -> Shape:
        """The framework's shape of an array of this canonical shape."""
        return tuple(shape[axis] for axis in self._axes(len(shape)))

    def _axes(self, dimensions: int) -> tuple[int, ...]:
        return {4: self.convolution, 2: self.linear}.get(dimensions, (0,))


class PlainNetwork(ABC):
    """The network of an experiment in its framework's own form. A backend says how its framework makes it."""

    layout: ClassVar[Layout] = Layout()
    takes: ClassVar[str]
    """What `read` takes, in words."""

    def __init__(self, experiment: ExperimentInterface) -> None:
        self.native = experiment.mode == "native"
        self.precision, self.dtype, self.device = experiment.recipe.precision, experiment.dtype, experiment.device
        # In float32 a constant and its rounding to float32 are the same, so the model shows it as it was written.
        rounded = self.precision == "float64" and not self.native
        self.network = experiment.architecture
        self.layers = experiment.layers if rounded else self.network.shaped_layers
        self._norms = {shaped.name for shaped in self.layers if isinstance(shaped.layer, BatchNorm)}
        self._order = ChannelsLast(self.layers if self.layout.channels_last else (), norms=True)

    @abstractmethod
    def make(self) -> Any:
        """A new model of stock layers under the names of `self.layers`, in evaluation mode where there is such a mode.

        It must draw no number from the generators that an experiment goes on with.
        """

    @abstractmethod
    def fill(self, model: Any, arrays: ArrayDict) -> None:
        """Put the arrays, by the framework's names and in its layout, into a model that `make` has made."""

    @abstractmethod
    def read(self, given: Any) -> ArrayDict | None:
        """The arrays of a model or of its state, by the framework's names; None for what is neither."""

    def model(self, weights: ArrayDict) -> Any:
        """A new model with these canonical weights."""
        model = self.make()
        self.fill(model, {self._name(name): self._theirs(name, array) for name, array in weights.items()})
        return model

    def canonical(self, given: Any) -> ArrayDict:
        """The canonical weights of a model or of its state; raises UsageError for what does not fit."""
        found = self.read(given)
        if found is None:
            kind = type(given).__name__
            raise UsageError(f"load_framework_weights() takes {self.takes}; it was given an object of type {kind}.")
        wanted = {self._name(name): self.layout.shape(shape) for name, shape in self._shapes.items()}
        what, remedy = f"The weights for {self.network.name!r}", "framework_model() shows the names and shapes that do."
        require_fit(what, wanted, found, remedy)
        return {name: self._ours(name, found[self._name(name)]) for name in self._shapes}

    @property
    def _shapes(self) -> dict[str, Shape]:
        return self.network.parameters | self.network.statistics

    def _name(self, parameter: str) -> str:
        return self.layout.name(parameter, norm=parameter.rpartition(".")[0] in self._norms)

    def _theirs(self, parameter: str, array: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(self.layout.theirs(self._order.reorder(parameter, array)))

    def _ours(self, parameter: str, array: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(self._order.restore(parameter, self.layout.ours(array)))
