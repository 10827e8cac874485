"""The files in which Paddle's users keep a model."""

import pickle
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from mnist_compare.architecture import Shape
from mnist_compare.errors import DataError
from mnist_compare.experiment.model_file import Fresh, ModelFile

ALLOWED = {
    *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
    *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
    *(("numpy", name) for name in ("ndarray", "dtype")),
    *(("builtins", name) for name in ("tuple", "list", "dict")),
    ("collections", "OrderedDict"),
}
"""The classes and functions that a pickled array needs."""
SPARE = 8_192
"""Bytes for which there is no room on a disk that became full in the midst of a file."""


def _save_state(model: paddle.nn.Layer, shape: Shape, path: Path) -> None:
    paddle.save(model.state_dict(), str(path))


def _compute_from_state(path: Path, images: NDArray[np.floating], fresh: Fresh) -> NDArray[np.floating]:
    experiment = fresh()
    experiment.load_framework_weights(_load_state(path))
    return _outputs(experiment.framework_model(), images)


def _load_state(path: Path) -> Any:
    """The state_dict. Paddle's files are pickles, which may bring code: only arrays and what holds them are built."""
    with path.open("rb") as file:
        try:
            found = _ArraysAlone(file).load()
        except (pickle.UnpicklingError, EOFError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path} is no state_dict of Paddle, or is damaged: {error}.") from None
    if not isinstance(found, dict):
        raise DataError(f"{path} is no state_dict of Paddle: it holds a {type(found).__name__}.")
    tensors = {name: _tensor(value) for name, value in found.items()}
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}


def _tensor(value: Any) -> Any:
    """An array as a tensor: Paddle keeps one as itself, or behind its name. None for what is none."""
    value = value[1] if isinstance(value, tuple) and len(value) == 2 else value
    return paddle.to_tensor(value) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else None


class _ArraysAlone(pickle.Unpickler):
    """Builds NumPy's arrays, and refuses every other class and function."""

    def find_class(self, module: str, name: str) -> Any:
        """What the file may name."""
        if (module, name) in ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it names {module}.{name}, which no array needs")


def _save_program(model: paddle.nn.Layer, shape: Shape, path: Path) -> None:
    dtype = str(next((one.dtype for one in model.parameters()), paddle.float32)).rpartition(".")[2]
    spec = paddle.static.InputSpec([None, *shape], dtype)
    paddle.jit.save(model, str(path.with_suffix("")), input_spec=[spec])
    _require_room(path.parent)


def _require_room(folder: Path) -> None:
    """Raise OSError where a disk is full: of that Paddle says nothing, and leaves a part of the model."""
    with TemporaryFile(dir=folder) as file:
        file.write(bytes(SPARE))
        file.flush()


def _compute_from_program(path: Path, images: NDArray[np.floating], fresh: Fresh) -> NDArray[np.floating]:
    model = paddle.jit.load(str(path.with_suffix("")))
    model.eval()
    return _outputs(model, images)


def _outputs(model: Any, images: NDArray[np.floating]) -> NDArray[np.floating]:
    with paddle.no_grad():
        return np.asarray(model(paddle.to_tensor(images)).numpy())


FILES = (
    ModelFile(
        ".pdparams",
        "the state_dict, for a model that is built as `framework_model()` builds it",
        'model.set_state_dict(paddle.load("{file}"))',
        _save_state,
        _compute_from_state,
        _load_state,
    ),
    ModelFile(
        ".json",
        "the whole model, for Paddle Inference; its weights are in the file beside it, .pdiparams",
        'model = paddle.jit.load("{file}".removesuffix(".json"))',
        _save_program,
        _compute_from_program,
    ),
)
