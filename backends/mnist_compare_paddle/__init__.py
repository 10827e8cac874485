"""The paddle backend: PaddlePaddle as an Experiment. Importing this package does not import the framework."""

from typing import TYPE_CHECKING, Any

from mnist_compare.backend import Backend
from mnist_compare_paddle.dataset import dataset

if TYPE_CHECKING:
    from mnist_compare_paddle.experiment import PaddleExperiment

__all__ = ["BACKEND", "PaddleExperiment", "dataset"]

BACKEND = Backend(
    name="paddle",
    title="PaddlePaddle",
    modules=("paddle",),
    distributions=("paddlepaddle", "paddlepaddle-gpu"),
    experiment="mnist_compare_paddle.experiment:PaddleExperiment",
    install="pip install 'mnist-compare[paddle]'",
    aliases=("paddlepaddle",),
)


def __getattr__(name: str) -> Any:
    if name == "PaddleExperiment":
        experiment: Any = BACKEND.load()
        return experiment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
