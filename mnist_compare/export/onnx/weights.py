"""The weights of a network out of its ONNX file: where `make_model` puts a weight is found by having it put numbers."""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from mnist_compare.architecture import Architecture, Shape
from mnist_compare.errors import DataError
from mnist_compare.experiment.matching import Match, arrays_by_layer, match_arrays
from mnist_compare.export.onnx.model import make_model
from mnist_compare.io.reading import read_file
from mnist_compare.randomness import initial_weights

MAX_BYTES = 2_000_000_000
LEAST = 2**12
"""The first number that stands for a weight: the constants of operators, such as 1 and 0.5, are smaller."""
AT_A_TIME = 2**24 - LEAST
"""Whole numbers up to 2^24 are exact in float32."""


def read_weights(path: Path, network: Architecture) -> tuple[dict[str, NDArray[np.float32]], list[Match]]:
    """The canonical weights of a network in an ONNX file, and which array was taken for which.

    In a file that `make_model` has made of the same network, its constants are known one by one, in whatever order the
    operators take them; what it does not hold, auxiliary heads, is drawn anew, and is in no match. In another one, the
    arrays of floats must have the network's shapes in the network's order.
    Raises DataError for what is no ONNX file, or does not fit.
    """
    try:
        model = onnx.load_model_from_string(read_file(path, MAX_BYTES))
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from None
    except DataError:
        raise
    except Exception as error:  # protobuf's own kinds, which onnx does not name
        raise DataError(f"{path} is no ONNX file, or is damaged: {str(error)[:200]}.") from None
    if any(constant.data_location == onnx.TensorProto.EXTERNAL for constant in model.graph.initializer):
        raise DataError(f"{path} keeps its weights in other files. Save it as one file.")
    constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    floats = {name: array for name, array in constants.items() if array.dtype.kind == "f"}
    wanted = arrays_by_layer(network)
    own = _own(network, floats, wanted)
    if own is not None:
        return own
    matches = match_arrays(wanted, floats)
    if matches is None:
        told = ", ".join(f"{name} {list(array.shape)}" for name, array in list(floats.items())[:12])
        raise DataError(
            f"{path} does not hold the weights of {network.name!r}, neither by name nor in order. "
            f"It has {told or 'none'}."
        )
    return {one.ours: floats[one.theirs].astype(np.float32) for one in matches}, matches


def _own(
    network: Architecture, floats: Mapping[str, NDArray[Any]], wanted: Mapping[str, Shape]
) -> tuple[dict[str, NDArray[np.float32]], list[Match]] | None:
    """The weights, where the constants are those that `make_model` gives the network, and None where they are not.

    Every weight is a number of its own in a model that is made for this: where the number stands, the weight does.
    """
    starts = np.cumsum([0, *(prod(shape) for shape in wanted.values())])
    names, total = list(wanted), int(starts[-1])
    flat = np.full(total, np.nan, np.float32)
    places: dict[str, str] = {}
    for first in range(0, total, AT_A_TIME):
        for name, numbers in _numbered(network, wanted, starts, first).items():
            if name not in floats or floats[name].shape != numbers.shape:
                return None
            known = numbers >= 0
            flat[numbers[known]] = floats[name][known]
            for owner in np.unique(np.searchsorted(starts, numbers[known], side="right") - 1):
                places.setdefault(names[owner], name)
    parts = zip(wanted.items(), np.split(flat, starts[1:-1]), strict=True)
    weights = {name: part.reshape(shape) for (name, shape), part in parts if name in places}
    # Auxiliary heads are of the training alone, and in no file: they begin anew.
    fresh = {name: array for name, array in initial_weights(network, 0).items() if name not in places}
    return weights | fresh, [Match(places[name], name, floats[places[name]].shape) for name in names if name in places]


def _numbered(
    network: Architecture, wanted: Mapping[str, Shape], starts: NDArray[np.int64], first: int
) -> dict[str, NDArray[np.int64]]:
    """The constants of a model: where in all weights of the network each number stands, -1 for what is none of those
    from `first` on.
    """
    positions = np.arange(starts[-1])
    shown = (positions >= first) & (positions < first + AT_A_TIME)
    codes = np.where(shown, positions - first + LEAST, 0).astype(np.float32)
    parts = zip(wanted.items(), np.split(codes, starts[1:-1]), strict=True)
    model = make_model(network, {name: part.reshape(shape) for (name, shape), part in parts})
    arrays = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    return {
        name: np.where(array >= LEAST, array.astype(np.int64) - LEAST + first, -1)
        for name, array in arrays.items()
        if array.dtype.kind == "f"
    }
