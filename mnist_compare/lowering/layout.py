"""The order of flattened images: the canonical layout has C-H-W, a framework with the channels last H-W-C."""

from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Chain, Flatten, Linear, Shape, chains


class ChannelsLast:
    """The layers that can take the values of an image in the order H-W-C: no framework has to move them, if the
    weights are put in that order.

    They are a Flatten, the Linear that follows, and the layers between that take values in any order; where something
    else follows, there are none, and the values must be put in the canonical order.
    """

    def __init__(self, layers: Chain) -> None:
        self._orders: dict[str, NDArray[np.int64]] = {}
        self._between: set[str] = set()
        for chain in chains(layers):
            self._find(chain)

    def _find(self, chain: Chain) -> None:
        for i, shaped in enumerate(chain):
            if isinstance(shaped.layer, Flatten) and len(shaped.input_shape) == 3:
                between = list(takewhile(lambda p: p.layer.any_order, chain[i + 1 :]))
                following = chain[i + 1 + len(between) :][:1]
                if following and isinstance(following[0].layer, Linear):
                    order = channels_last_order(shaped.input_shape)
                    self._orders |= {p.name: order for p in (shaped, *between, *following)}
                    self._between |= {p.name for p in between}

    def __contains__(self, layer: object) -> bool:
        return layer in self._orders

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ChannelsLast) and self._orders.keys() == other._orders.keys()

    def __hash__(self) -> int:
        return hash(frozenset(self._orders))

    def reorder(self, parameter: str, array: NDArray[Any]) -> NDArray[Any]:
        """A canonical parameter, or a slot of it, in the order that the framework takes: weights [out, in] of a layer
        with their columns as the values come, arrays of layers between likewise, all others as they are.
        """
        order = self._order(parameter)
        return array if order is None else array[..., order]

    def restore(self, parameter: str, array: NDArray[Any]) -> NDArray[Any]:
        """The canonical parameter: what `reorder` has taken."""
        order = self._order(parameter)
        return array if order is None else array[..., np.argsort(order)]

    def reorder_mask(self, layer: str, mask: NDArray[Any]) -> NDArray[Any]:
        """The factors [..., values] of a dropout as the values come."""
        return mask[..., self._orders[layer]] if layer in self else mask

    def _order(self, parameter: str) -> NDArray[np.int64] | None:
        layer, _, key = parameter.rpartition(".")
        return self._orders.get(layer) if key == "weight" or layer in self._between else None


def channels_last_order(shape: Shape) -> NDArray[np.int64]:
    """For every value of an image [C, H, W], in the order H-W-C, its place in the order C-H-W."""
    return np.arange(np.prod(shape)).reshape(shape).transpose(1, 2, 0).ravel()
