"""The paddle backend: PaddlePaddle as an Experiment. Importing this package does not import the framework."""

from typing import TYPE_CHECKING, Any

from mnist_compare_paddle.backend import BACKEND
from mnist_compare_paddle.dataset import dataset

if TYPE_CHECKING:
    from mnist_compare_paddle.experiment import PaddleExperiment

__all__ = ["BACKEND", "PaddleExperiment", "dataset"]


def __getattr__(name: str) -> Any:
    if name == "PaddleExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
