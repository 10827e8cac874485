"""The NumPy backend: the reference that the frameworks are judged against."""

from typing import TYPE_CHECKING, Any

from mnist_compare_numpy.backend import BACKEND

if TYPE_CHECKING:
    from mnist_compare_numpy.experiment import NumpyExperiment

__all__ = ["BACKEND", "NumpyExperiment"]


def __getattr__(name: str) -> Any:
    if name == "NumpyExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
