"""The whole model: what goes in, the network, what comes out."""

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from mnist_compare.architecture import Architecture
from mnist_compare.export.onnx.graph import Graph
from mnist_compare.export.onnx.layers import write_chain
from mnist_compare.host.version import __version__
from mnist_compare.recipe.normalization import Statistic

OPSET = 17
"""The version of the operators: the first with LayerNormalization, which all runtimes of the last years know."""
IR_VERSION = 8
IMAGES = "images"
PIXELS = 255.0


def make_model(
    architecture: Architecture,
    weights: Mapping[str, NDArray[np.float32]],
    *,
    pixels: tuple[Statistic, Statistic] | None = None,
) -> onnx.ModelProto:
    """The network as a model of ONNX: float32 images [N, C, H, W], normalized, go in, and logits [N, classes], or a
    number [N, 1], come out. N is free.

    With `pixels`, the mean and deviation (of pixels from 0 to 1), which are numbers, or one for each channel, uint8
    pixels go in and are normalized in the model. Raises UsageError for a layer that has no ONNX form.
    """
    graph = Graph()
    shape = architecture.input_shape
    x = IMAGES if pixels is None else _normalized(graph, *pixels)
    x = write_chain(graph, architecture.shaped_layers, weights, x)
    kind = onnx.TensorProto.FLOAT if pixels is None else onnx.TensorProto.UINT8
    given = helper.make_tensor_value_info(IMAGES, kind, ["N", *shape])
    outputs = architecture.shaped_layers[-1].output_shape
    name = architecture.output
    graph.nodes.append(helper.make_node("Identity", [x], [name], name=name))
    made = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["N", *outputs])
    whole = helper.make_graph(graph.nodes, architecture.name, [given], [made], initializer=graph.constants)
    model = helper.make_model(
        whole,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="mnist_compare",
        producer_version=__version__,
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _normalized(graph: Graph, mean: Statistic, std: Statistic) -> str:
    """Pixels from 0 to 255 as the network was trained on them."""
    graph.scope = "normalize"
    x = graph.add("Cast", IMAGES, to=onnx.TensorProto.FLOAT)
    mean_name, std_name = (
        graph.constant(name, (PIXELS * np.reshape(value, (-1, 1, 1))).astype(np.float32))
        for name, value in (("mean", mean), ("std", std))
    )
    x = graph.add("Div", graph.add("Sub", x, mean_name), std_name)
    graph.scope = ""
    return x
