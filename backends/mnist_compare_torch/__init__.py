"""The torch backend: PyTorch as an Experiment. Importing this package does not import the framework."""

from typing import TYPE_CHECKING, Any

from mnist_compare_torch.backend import BACKEND
from mnist_compare_torch.dataset import dataset

if TYPE_CHECKING:
    from mnist_compare_torch.experiment import TorchExperiment

__all__ = ["BACKEND", "TorchExperiment", "dataset"]


def __getattr__(name: str) -> Any:
    if name == "TorchExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
