"""A graph of ONNX under construction: its nodes and constants, each with a name of its own."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper


class Graph:
    """Nodes in the order in which they are computed. `scope` stands before the names of what is added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.scope = ""
        self._taken: set[str] = set()

    def add(self, operator: str, *inputs: str, outputs: int = 1, take: int = 0, **attributes: Any) -> str:
        """Add a node, and give the name of its output number `take`; "" stands for an input or output left out."""
        name = self._name(operator.lower())
        made = ["" if number != take else name for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, made, name=name, **attributes))
        return name

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add an array, and give its name."""
        name = self._name(name)
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def shape(self, *sides: int) -> str:
        """Add a shape for Reshape: 0 keeps a side, -1 takes what is left."""
        return self.constant("shape", np.array(sides, np.int64))

    def _name(self, wanted: str) -> str:
        whole = f"{self.scope}.{wanted}" if self.scope else wanted
        name, number = whole, 1
        while name in self._taken:
            number += 1
            name = f"{whole}_{number}"
        self._taken.add(name)
        return name
