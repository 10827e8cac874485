"""Recurrent layers as nodes of ONNX, whose gates stand in other orders."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture.layers import GRU, LSTM, RNN, Recurrent
from mnist_compare.export.onnx.graph import Graph

OPERATORS: dict[type[Recurrent], tuple[str, tuple[int, ...]]] = {
    RNN: ("RNN", (0,)),
    LSTM: ("LSTM", (0, 3, 1, 2)),  # i, f, g, o become i, o, f, g
    GRU: ("GRU", (1, 0, 2)),  # r, z, n become z, r, n
}
"""The operator, and in which order it takes the blocks of rows."""


def recurrent(graph: Graph, layer: Recurrent, arrays: Mapping[str, NDArray[Any]], x: str) -> str:
    """Add the layers of a recurrent layer, and give the name of what comes out: [N, features] or [N, length, ...]."""
    x = graph.add("Transpose", x, perm=(1, 0, 2))  # the sequence first
    for number, ends in enumerate(layer.ends):
        is_last = number == layer.layers - 1
        x = _one(graph, layer, arrays, ends, x, only_last=is_last and layer.output == "last")
    if layer.output == "last":
        return graph.add("Reshape", graph.add("Transpose", x, perm=(1, 0, 2)), graph.shape(0, -1))
    return graph.add("Transpose", x, perm=(1, 0, 2))


def _one(
    graph: Graph,
    layer: Recurrent,
    arrays: Mapping[str, NDArray[Any]],
    ends: tuple[str, ...],
    x: str,
    *,
    only_last: bool,
) -> str:
    """One layer: its outputs [length, N, width], or its last ones [directions, N, features]."""
    operator, order = OPERATORS[type(layer)]

    def ordered(name: str) -> NDArray[Any]:
        blocks = np.split(arrays[name], layer.gates)
        return np.concatenate([blocks[number] for number in order])

    def stacked(name: str) -> NDArray[Any]:
        return np.stack([ordered(f"{name}{end}") for end in ends])

    first, *second = (stacked(name) for name in layer.biases)
    biases = np.concatenate([first, second[0] if second else np.zeros_like(first)], axis=1)
    weights = {"W": stacked("weight_ih"), "R": stacked("weight_hh"), "B": biases}
    given: dict[str, Any] = {
        "direction": "bidirectional" if layer.bidirectional else "forward",
        "hidden_size": layer.features,
    }
    if isinstance(layer, GRU):
        given["linear_before_reset"] = int(layer.reset == "after")
    inputs = (x, *(graph.constant(f"{name}{ends[0]}", array) for name, array in weights.items()))
    if only_last:
        return graph.add(operator, *inputs, outputs=2, take=1, **given)
    found = graph.add(operator, *inputs, **given)  # [length, directions, N, features]
    return graph.add("Reshape", graph.add("Transpose", found, perm=(0, 2, 1, 3)), graph.shape(0, 0, -1))
