"""The keras backend: Keras on TensorFlow as an Experiment. Importing this package does not import the framework."""

from typing import TYPE_CHECKING, Any

from mnist_compare_keras.backend import BACKEND
from mnist_compare_keras.dataset import dataset

if TYPE_CHECKING:
    from mnist_compare_keras.experiment import KerasExperiment

__all__ = ["BACKEND", "KerasExperiment", "dataset"]


def __getattr__(name: str) -> Any:
    if name == "KerasExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
