"""The files in which Paddle's users keep a model."""

from pathlib import Path
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from mnist_compare.architecture import Shape
from mnist_compare.experiment.model_file import Fresh, ModelFile


def _save_state(model: paddle.nn.Layer, shape: Shape, path: Path) -> None:
    paddle.save(model.state_dict(), str(path))


def _compute_from_state(path: Path, images: NDArray[np.floating], fresh: Fresh) -> NDArray[np.floating]:
    experiment = fresh()
    experiment.load_framework_weights(paddle.load(str(path)))
    return _outputs(experiment.framework_model(), images)


def _save_program(model: paddle.nn.Layer, shape: Shape, path: Path) -> None:
    dtype = str(next((one.dtype for one in model.parameters()), paddle.float32)).rpartition(".")[2]
    spec = paddle.static.InputSpec([None, *shape], dtype)
    paddle.jit.save(model, str(path.with_suffix("")), input_spec=[spec])


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
    ),
    ModelFile(
        ".json",
        "the whole model, for Paddle Inference; its weights are in the file beside it, .pdiparams",
        'model = paddle.jit.load("{file}".removesuffix(".json"))',
        _save_program,
        _compute_from_program,
    ),
)
