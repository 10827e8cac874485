"""The whole model: what goes in, the network, what comes out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from mnist_compare.architecture import Architecture
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.export.evaluated import evaluated_weights
from mnist_compare.export.onnx.graph import Graph
from mnist_compare.export.onnx.layers import write_chain
from mnist_compare.host.version import __version__
from mnist_compare.io.files import write_file

OPSET = 17
"""The version of the operators: the first with LayerNormalization, which all runtimes of the last years know."""
IR_VERSION = 8
IMAGES = "images"
Numbers = Sequence[float] | NDArray[np.floating]
PIXELS = 255.0


def make_model(
    architecture: Architecture,
    weights: Mapping[str, NDArray[np.float32]],
    *,
    pixels: tuple[Numbers, Numbers] | None = None,
) -> onnx.ModelProto:
    """The network as a model of ONNX: float32 images [N, C, H, W], normalized, go in, and logits [N, classes], or a
    number [N, 1], come out. N is free.

    With `pixels`, the mean and deviation of each channel (of pixels from 0 to 1), uint8 pixels go in and are normalized
    in the model. Raises UsageError for a layer that has no ONNX form.
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


def write_model(checkpoint: Path, output: Path, *, pixels: bool = False) -> None:
    """Write the network of a checkpoint to a new file.

    The weights are those with which it is evaluated: the running averages, where the recipe keeps some. Raises
    DataError for a damaged checkpoint, OutputError where the file cannot be written.
    """
    header, weights, state = read_checkpoint(checkpoint)
    channels = header.architecture.input_shape[0]
    mean, std = (np.broadcast_to(np.asarray(value, float), (channels,)) for value in (header.mean, header.std))
    model = make_model(
        header.architecture,
        evaluated_weights(weights, state),
        pixels=(mean, std) if pixels else None,
    )
    write_file(output, model.SerializeToString(deterministic=True))


def _normalized(graph: Graph, mean: Numbers, std: Numbers) -> str:
    """Pixels from 0 to 255 as the network was trained on them."""
    graph.scope = "normalize"
    x = graph.add("Cast", IMAGES, to=onnx.TensorProto.FLOAT)
    of_channels: dict[str, Any] = {
        "mean": PIXELS * np.asarray(mean)[:, None, None],
        "std": PIXELS * np.asarray(std)[:, None, None],
    }
    mean_name, std_name = (graph.constant(name, array.astype(np.float32)) for name, array in of_channels.items())
    x = graph.add("Div", graph.add("Sub", x, mean_name), std_name)
    graph.scope = ""
    return x
