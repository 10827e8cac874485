"""The keras backend: Keras on TensorFlow as an Experiment. Importing this package does not import the framework."""

from typing import TYPE_CHECKING, Any

from mnist_compare.backend import Backend
from mnist_compare_keras.dataset import dataset

if TYPE_CHECKING:
    from mnist_compare_keras.experiment import KerasExperiment

__all__ = ["BACKEND", "KerasExperiment", "dataset"]

BACKEND = Backend(
    name="keras",
    title="Keras on TensorFlow",
    modules=("tensorflow", "keras"),
    distributions=("keras", "tensorflow"),
    experiment="mnist_compare_keras.experiment:KerasExperiment",
    install="pip install 'mnist-compare[keras]'",
    aliases=("tensorflow", "tf"),
)


def __getattr__(name: str) -> Any:
    if name == "KerasExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
