"""The files in which PyTorch's users keep a model."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mnist_compare.architecture import Shape
from mnist_compare.experiment.model_file import Fresh, ModelFile
from mnist_compare.io.files import write_file


def _save_state(model: nn.Module, shape: Shape, path: Path) -> None:
    _write(path, lambda content: torch.save(model.state_dict(), content))


def _compute_from_state(path: Path, images: NDArray[np.floating], fresh: Fresh) -> NDArray[np.floating]:
    experiment = fresh()
    experiment.load_framework_weights(_load_state(path))
    return _outputs(experiment.framework_model(), images)


def _load_state(path: Path) -> Any:
    """The state_dict; of a training's checkpoint, the one that stands in it under a usual name."""
    found = torch.load(path, map_location="cpu", weights_only=True)
    held = [found[name] for name in ("state_dict", "model_state_dict", "model") if name in found] if found else []
    return held[0] if held and isinstance(held[0], dict) else found


def _save_program(model: nn.Module, shape: Shape, path: Path) -> None:
    dtype = next((parameter.dtype for parameter in model.parameters()), torch.float32)
    example = torch.zeros((2, *shape), dtype=dtype)
    program = torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("N")},))
    _write(path, lambda content: torch.export.save(program, content))


def _compute_from_program(path: Path, images: NDArray[np.floating], fresh: Fresh) -> NDArray[np.floating]:
    return _outputs(torch.export.load(path).module(), images)


def _write(path: Path, save: Callable[[BytesIO], None]) -> None:
    """Write what is saved by way of the memory: where a disk is full, torch ends the process in which it writes."""
    content = BytesIO()
    save(content)
    write_file(path, content.getvalue())


def _outputs(model: Any, images: NDArray[np.floating]) -> NDArray[np.floating]:
    with torch.no_grad():
        return np.asarray(model(torch.from_numpy(images)).numpy())


FILES = (
    ModelFile(
        ".pt",
        "the state_dict, for a model that is built as `framework_model()` builds it",
        'model.load_state_dict(torch.load("{file}", weights_only=True))',
        _save_state,
        _compute_from_state,
        _load_state,
    ),
    ModelFile(
        ".pt2",
        "the whole model, by torch.export",
        'model = torch.export.load("{file}").module()',
        _save_program,
        _compute_from_program,
    ),
)
