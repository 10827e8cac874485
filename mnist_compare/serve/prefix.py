"""The first layers of a network as a network of their own, whose outputs are what they make of an image."""

from functools import cached_property
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_compare.architecture import Architecture, Chain, ShapedLayer, walk
from mnist_compare.architecture.fitting import with_classes
from mnist_compare.architecture.layers import Flatten, Shape
from mnist_compare.architecture.shaping import shape_layers
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.lowering import PLAIN

MOST_LAYERS = 4


class Prefix(Architecture, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """Layers that may end in any shape; they are followed by a flatten, which brings all backends to C-H-W order."""

    @cached_property
    def shaped_layers(self) -> Chain:
        """The layers with names and shapes: the names that they have in the whole network."""
        return shape_layers(with_classes(self.layers, self.classes), self.input_shape)


def prefix_of(network: Architecture, count: int) -> Prefix:
    """The first `count` layers of a network."""
    fields = {name: getattr(network, name) for name in network.__struct_fields__}
    layers = network.layers[:count]
    if len(network.shaped_layers[count - 1].output_shape) > 1:
        layers = (*layers, Flatten())
    return Prefix(**fields | {"layers": layers, "name": f"{network.name}_first_{count}"})


class PrefixExperiment:
    """The first layers on a backend, with the weights that they have in the whole network."""

    def __init__(self, whole: Experiment, count: int) -> None:
        self.output_shape: Shape = whole.architecture.shaped_layers[count - 1].output_shape
        self._whole = whole
        self._weights: ArrayDict | None = None
        self._experiment = type(whole)(
            prefix_of(whole.architecture, count),
            replace(whole.recipe, ema_decay=None, freeze=()),  # it is not trained
            seed=whole.seed,
            device=whole.device,
            mode=whole.mode,
            execution=whole.execution,  # type: ignore[arg-type]  # it is one of its executions
            tuning=PLAIN,
        )

    def outputs(self, images: NDArray[Any], weights: ArrayDict) -> NDArray[np.floating]:
        """What the layers make of normalized images [N, C, H, W], with the weights of a network: [N, *output_shape]."""
        if weights is not self._weights:
            own = self._experiment.architecture
            self._experiment.restore({name: weights[name] for name in own.parameters | own.statistics}, None)
            self._weights = weights
        found = self._experiment.outputs(self._experiment.to_device(images), len(images))
        return found.reshape(len(images), *self.output_shape)


def shown_layers(network: Architecture) -> list[int]:
    """How many layers stand up to each of the first ones that have something to show, itself included.

    Those are layers that make maps, from the first with weights on; where there are none, hidden layers with weights.
    """
    first = next((i for i, one in enumerate(network.shaped_layers) if _weights_in(one)), 0)
    hidden = range(first, last_weighted(network))
    maps = [i + 1 for i in hidden if len(network.shaped_layers[i].output_shape) == 3 and _is_seen(network, i)]
    flat = [i + 1 for i in hidden if _weights_in(network.shaped_layers[i])]
    return (maps or flat)[:MOST_LAYERS]


def last_weighted(network: Architecture) -> int:
    """The place of the last layer with weights, which makes the outputs: what comes before are the hidden layers."""
    return max((i for i, one in enumerate(network.shaped_layers) if _weights_in(one)), default=0)


def has_weights(network: Architecture, count: int) -> bool:
    """Whether one of the first layers has weights."""
    return any(_weights_in(one) for one in network.shaped_layers[:count])


def title_of(shaped: ShapedLayer) -> str:
    """What a layer is called on a page, such as "convolution 1"."""
    kind = str(shaped.layer.__struct_config__.tag).replace("_", " ")
    return f"{kind} {shaped.own_name[len(shaped.layer.prefix) :]}"


def _is_seen(network: Architecture, place: int) -> bool:
    return network.shaped_layers[place].layer.mask_rate is None  # dropout changes nothing here


def _weights_in(shaped: ShapedLayer) -> bool:
    return any(one.parameters for one in walk([shaped]))
