"""Trains the same networks on the same MNIST data in PyTorch, Keras and PaddlePaddle, and compares them fairly.

`compare` runs a comparison and gives its records, as the command line does. One network alone is trained by the
experiment of a backend: `mnist_compare_torch.TorchExperiment`, `mnist_compare_keras.KerasExperiment`,
`mnist_compare_paddle.PaddleExperiment`, or the reference `mnist_compare_numpy.NumpyExperiment`; `Experiment` says what
they can do. Networks are made of layers (`Architecture`), and trained as a `Recipe` says. `dir(mnist_compare)` lists
the names; all other modules are internal.

Importing this package imports no framework, and little else: its names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_compare.architecture import (
        ELU,
        GELU,
        GRU,
        LSTM,
        RNN,
        AdaptiveAveragePooling,
        Architecture,
        Attention,
        Auxiliary,
        AveragePooling,
        BatchNorm,
        Branches,
        ChannelDropout,
        Convolution,
        Dropout,
        Flatten,
        GlobalAveragePooling,
        GroupNorm,
        InstanceNorm,
        LayerNorm,
        LeakyReLU,
        Linear,
        LocalResponseNorm,
        MaxPooling,
        Patches,
        Positions,
        ReLU,
        Residual,
        Rows,
        SequenceMean,
        Sigmoid,
        SiLU,
        Softmax,
        Softplus,
        StochasticDepth,
        Tanh,
        TransposedConvolution,
    )
    from mnist_compare.data import Dataset, ImageChanges, load_dataset, subset
    from mnist_compare.errors import (
        ArchitectureError,
        BackendError,
        DataError,
        Diverged,
        MnistCompareError,
        OutputError,
        UsageError,
    )
    from mnist_compare.experiment import Experiment, Prediction
    from mnist_compare.experiment.epoch_result import EpochResult
    from mnist_compare.experiment.evaluation import Evaluation
    from mnist_compare.host.version import __version__
    from mnist_compare.library import Comparison, compare, open_comparison
    from mnist_compare.recipe import (
        SGD,
        Adadelta,
        Adagrad,
        Adam,
        Adamax,
        AdamW,
        Lion,
        NAdam,
        Recipe,
        RMSprop,
        Standardize,
    )
    from mnist_compare.recipe.schedules import (
        Constant,
        Cosine,
        Exponential,
        Milestones,
        OneCycle,
        Plateau,
        Polynomial,
        Step,
    )
    from mnist_compare.records.record import Record, Status
    from mnist_compare.runner.observer import Observer
    from mnist_compare.studies import Study, tune
    from mnist_compare.sweeps import Sweep, sweep

_HOMES = {
    "mnist_compare.architecture": (
        "ELU",
        "GELU",
        "LeakyReLU",
        "Sigmoid",
        "SiLU",
        "Softmax",
        "Softplus",
        "Tanh",
        "AdaptiveAveragePooling",
        "AveragePooling",
        "GlobalAveragePooling",
        "TransposedConvolution",
        "Attention",
        "GRU",
        "LSTM",
        "Patches",
        "Positions",
        "RNN",
        "Rows",
        "SequenceMean",
        "Architecture",
        "Auxiliary",
        "BatchNorm",
        "Branches",
        "LocalResponseNorm",
        "LayerNorm",
        "InstanceNorm",
        "GroupNorm",
        "ChannelDropout",
        "Convolution",
        "Dropout",
        "Flatten",
        "Linear",
        "MaxPooling",
        "ReLU",
        "Residual",
        "StochasticDepth",
    ),
    "mnist_compare.data": (
        "Dataset",
        "ImageChanges",
        "load_dataset",
        "subset",
    ),
    "mnist_compare.errors": (
        "ArchitectureError",
        "BackendError",
        "DataError",
        "Diverged",
        "MnistCompareError",
        "OutputError",
        "UsageError",
    ),
    "mnist_compare.experiment.evaluation": ("Evaluation",),
    "mnist_compare.experiment": (
        "Experiment",
        "Prediction",
    ),
    "mnist_compare.host.version": ("__version__",),
    "mnist_compare.library": (
        "Comparison",
        "compare",
        "open_comparison",
    ),
    "mnist_compare.recipe": (
        "SGD",
        "Adadelta",
        "Adagrad",
        "Adam",
        "AdamW",
        "Adamax",
        "Lion",
        "NAdam",
        "RMSprop",
        "Recipe",
        "Standardize",
    ),
    "mnist_compare.experiment.epoch_result": ("EpochResult",),
    "mnist_compare.records.record": (
        "Record",
        "Status",
    ),
    "mnist_compare.runner.observer": ("Observer",),
    "mnist_compare.studies": (
        "Study",
        "tune",
    ),
    "mnist_compare.sweeps": (
        "Sweep",
        "sweep",
    ),
    "mnist_compare.recipe.schedules": (
        "Constant",
        "Cosine",
        "Exponential",
        "Milestones",
        "OneCycle",
        "Plateau",
        "Polynomial",
        "Step",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "AdaptiveAveragePooling",
    "Architecture",
    "ArchitectureError",
    "Attention",
    "Auxiliary",
    "AveragePooling",
    "BackendError",
    "BatchNorm",
    "Branches",
    "ChannelDropout",
    "Comparison",
    "Constant",
    "Convolution",
    "Cosine",
    "DataError",
    "Dataset",
    "Diverged",
    "Dropout",
    "EpochResult",
    "Evaluation",
    "Experiment",
    "Exponential",
    "Flatten",
    "GlobalAveragePooling",
    "GroupNorm",
    "ImageChanges",
    "InstanceNorm",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "Lion",
    "LocalResponseNorm",
    "MaxPooling",
    "Milestones",
    "MnistCompareError",
    "NAdam",
    "Observer",
    "OneCycle",
    "OutputError",
    "Patches",
    "Plateau",
    "Polynomial",
    "Positions",
    "Prediction",
    "RMSprop",
    "ReLU",
    "Recipe",
    "Record",
    "Residual",
    "Rows",
    "SequenceMean",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Standardize",
    "Status",
    "Step",
    "StochasticDepth",
    "Study",
    "Sweep",
    "Tanh",
    "TransposedConvolution",
    "UsageError",
    "__version__",
    "compare",
    "load_dataset",
    "open_comparison",
    "subset",
    "sweep",
    "tune",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__all__", "__doc__", "__file__", "__name__", "__path__"]
