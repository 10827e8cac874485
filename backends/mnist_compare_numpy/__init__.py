"""The NumPy backend: the reference that the frameworks are judged against."""

from typing import TYPE_CHECKING, Any

from mnist_compare.backend import Backend

if TYPE_CHECKING:
    from mnist_compare_numpy.experiment import NumpyExperiment

__all__ = ["BACKEND", "NumpyExperiment"]

BACKEND = Backend(
    name="numpy",
    title="NumPy reference",
    modules=("numpy",),
    distributions=("numpy",),
    experiment="mnist_compare_numpy.experiment:NumpyExperiment",
    install="pip install mnist-compare",
    faults="mnist_compare_numpy.faults:FAULTS",
    aliases=("np", "reference"),
    noise="mnist_compare_numpy.noise:NOISE",
)


def __getattr__(name: str) -> Any:
    if name == "NumpyExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
