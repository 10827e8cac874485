"""The torch backend: PyTorch as an Experiment. Importing this package does not import the framework."""

from typing import TYPE_CHECKING, Any

from mnist_compare.backend import Backend
from mnist_compare_torch.dataset import dataset

if TYPE_CHECKING:
    from mnist_compare_torch.experiment import TorchExperiment

__all__ = ["BACKEND", "TorchExperiment", "dataset"]

BACKEND = Backend(
    name="torch",
    title="PyTorch",
    modules=("torch",),
    distributions=("torch", "torchvision"),
    experiment="mnist_compare_torch.experiment:TorchExperiment",
    install="pip install 'mnist-compare[torch]'",
    aliases=("pytorch",),
)


def __getattr__(name: str) -> Any:
    if name == "TorchExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
