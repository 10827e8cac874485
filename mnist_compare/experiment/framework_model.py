"""A network as the users of a framework write it: stock layers, with the framework's own names and order of weights.

What a backend trains may be tuned: biases behind poolings, weights in another order. Here is the way from that to a
model of the framework's own, and back.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Shape
from mnist_compare.defaults import own_layers
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.layout import KeptArrays, Layout, canonical
from mnist_compare.experiment.matching import Match, arrays_by_layer, match_arrays
from mnist_compare.experiment.misfits import require_fit
from mnist_compare.experiment.model_file import ModelFile
from mnist_compare.experiment.training_state import TrainingState
from mnist_compare.lowering.layout import ChannelsLast


class FrameworkNetwork(ABC):
    """The network of an experiment in its framework's own form. A backend says how its framework makes it."""

    kept_arrays: ClassVar[KeptArrays] = staticmethod(canonical)
    """How the framework keeps the arrays of a layer."""
    channels_last: ClassVar[bool] = False
    """Whether its flatten gives H-W-C."""
    takes: ClassVar[str]
    """What `read` takes, in words."""
    files: ClassVar[tuple[ModelFile, ...]] = ()
    """The files in which the framework's users keep such a model."""

    def __init__(self, experiment: ExperimentInterface) -> None:
        self.precision, self.dtype, self.device = experiment.recipe.precision, experiment.dtype, experiment.device
        # In float32 a constant and its rounding to float32 are the same, so the model shows it as it was written.
        self.network = experiment.architecture
        written = own_layers(self.network.shaped_layers, experiment.backend.defaults, experiment.defaults)
        self.layers = experiment.layers if self.precision == "float64" else written
        self.layout = Layout(self.layers, type(self).kept_arrays)
        self._order = ChannelsLast(self.layers if self.channels_last else ())

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
        ordered = {name: self._order.reorder(name, array) for name, array in weights.items()}
        joined = self.layout.joined(ordered)
        self.fill(model, {name: np.ascontiguousarray(array) for name, array in joined.items()})
        return model

    def canonical(self, given: Any) -> ArrayDict:
        """The canonical weights of a model or of its state; raises UsageError for what does not fit."""
        found = self.read(given)
        if found is None:
            kind = type(given).__name__
            raise UsageError(f"load_framework_weights() takes {self.takes}; it was given an object of type {kind}.")
        return self._arranged(found)

    def matched(self, given: Any) -> tuple[ArrayDict, list[Match]]:
        """The canonical weights of a model or of its state whose names may be others, and which array was taken for
        which; raises UsageError for what does not fit.
        """
        found = self.read(given) or {}
        matches = match_arrays(self.wanted, found)
        if matches is not None:
            found = {match.ours: found[match.theirs] for match in matches}
        return self._arranged(found), matches or []

    @property
    def wanted(self) -> dict[str, Shape]:
        """The arrays that the framework keeps of the network: names and shapes, layer by layer."""
        shapes = arrays_by_layer(self.network)
        return {self.layout.name(name): self.layout.shape(name, shape) for name, shape in shapes.items()}

    def _arranged(self, found: ArrayDict) -> ArrayDict:
        what, remedy = f"The weights for {self.network.name!r}", "framework_model() shows the names and shapes that do."
        require_fit(what, self.wanted, found, remedy)
        return {name: self._ours(name, found[self.layout.name(name)]) for name in self._shapes}

    @property
    def _shapes(self) -> dict[str, Shape]:
        return self.network.parameters | self.network.statistics

    def _ours(self, parameter: str, array: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(self._order.restore(parameter, self.layout.ours(parameter, array)))


class WithFrameworkModel(ExperimentInterface):
    """An experiment that gives its network as a model of its framework, and takes the weights of one."""

    framework_network: ClassVar[type[FrameworkNetwork] | None] = None
    """How the framework's users write the network, where the backend has that to give."""

    def framework_model(self) -> Any:
        """The network as users of the framework write it, with the weights as they are now: a model of its own.
        With `ema_decay` in the recipe, these are the averages of the weights, as in every evaluation.

        It is made of the framework's stock layers under the names of this network's (`conv1`, `relu1`, ...), with the
        weights and running statistics in the framework's own order, and lies on the experiment's device:

        - torch: an `nn.Sequential` in evaluation mode, for images [N, C, H, W]
        - keras: a `keras.Sequential`, for images [N, H, W, C]; a model of the functional API where layers hold
          layers, which gives a list where there are auxiliary heads: the network's outputs, then theirs
        - paddle: a `paddle.nn.Sequential` in evaluation mode, for images [N, C, H, W]

        Images are floats, (pixel / 255 - experiment.mean) / experiment.std; outputs are those of the experiment, float
        [N, classes] or [N, 1]. Nothing of this package is in it: the framework saves, loads and trains it, elsewhere
        too. (torch and Paddle have no module for a sum or for branches, and none for a position embedding, patches or
        one output of a recurrent layer; Keras has none for positions and for self-attention in a Sequential. Where
        layers hold layers, or take sequences, small modules of the backend's `layers.composition`, `recurrent`,
        `attention` and `sequence` are in it, and its state alone is to be saved.) It is a copy: what is done with it
        does not change the experiment, nor the other way round. When it is trained, batch norm and
        dropout are the framework's own: torch then keeps the unbiased running variance.

            model = TorchExperiment.load("cnn.safetensors").framework_model()
            torch.save(model.state_dict(), "cnn.pt")

        Raises BackendError where the backend has no such model.
        """
        return self._framework_network().model(self.evaluated_weights())

    def load_framework_weights(self, weights: Any) -> None:
        """Take the weights and running statistics of a model that is built as `framework_model` builds it.

        `weights` is that model, or what the framework keeps of it: in torch an `nn.Module` or a `state_dict`, in keras
        a model, in paddle an `nn.Layer` or a `state_dict`. No file is opened here: the framework loads it first.

            model.load_state_dict(torch.load("cnn.pt", weights_only=True))
            experiment.load_framework_weights(model)

        The experiment then stands where a new one stands, with these weights to begin with: no epoch and no step is
        done, and the optimizer is fresh. `mean` and `std`, which pixels are normalized with, stay. Raises UsageError,
        and changes nothing, where a name is missing or not expected, or a shape is another: all are listed. What
        the layers of the model compute cannot be seen from its weights. Raises BackendError as `framework_model`.
        """
        canonical = self._framework_network().canonical(weights)
        self.training = TrainingState(seconds=self.training.seconds, images=self.training.images)
        self.restore(canonical, None)

    def _framework_network(self) -> FrameworkNetwork:
        if self.framework_network is None:
            raise BackendError(
                f"Backend {self.backend.name!r} has no model of a framework to give or to take. "
                "A checkpoint of it, by save(), loads in every other backend."
            )
        return self.framework_network(self)
