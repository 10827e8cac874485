"""Arrays that do not fit a network are refused by name and shape, before anything is changed."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import numpy as np

from mnist_compare.architecture import Shape
from mnist_compare.errors import UsageError
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.interface import ExperimentInterface

NAMED = 12
"""Arrays of a kind that an error names; of the others it tells the number."""


def require_fit(what: str, wanted: Mapping[str, Shape], found: Mapping[str, Any], remedy: str) -> None:
    """Raise UsageError unless `found` has the wanted arrays and no others: NumPy arrays of floats, of those shapes.

    `what` begins the message, such as "The weights of 'cnn'"; `remedy` is its last sentence.
    """
    usable = {name: array for name, array in found.items() if isinstance(array, np.ndarray) and array.dtype.kind == "f"}
    faults = {
        "missing": [f"{name} {list(shape)}" for name, shape in wanted.items() if name not in found],
        "not expected": [f"{name} {_shape(found[name])}" for name in found if name not in wanted],
        "of another shape": [
            f"{name} is {list(array.shape)}, expected {list(wanted[name])}"
            for name, array in usable.items()
            if name in wanted and array.shape != tuple(wanted[name])
        ],
        "no array of floats": [
            f"{name} is {_kind(array)}" for name, array in found.items() if name in wanted and name not in usable
        ],
    }
    if any(faults.values()):
        told = "; ".join(f"{fault}: {_some(names)}" for fault, names in faults.items() if names)
        raise UsageError(f"{what} do not fit, and nothing was changed. {told[:1].upper()}{told[1:]}. {remedy}")


def checked(restore: Callable[..., None]) -> Callable[..., None]:
    """A backend's `restore` that looks first at what it is given, and gets it in the experiment's precision."""

    @wraps(restore)
    def restore_checked(experiment: ExperimentInterface, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        network = experiment.architecture
        remedy = "restore() takes the canonical layout, as weights() and optimizer_state() give it"
        if getattr(experiment, "framework_network", None) is not None:
            remedy += "; load_framework_weights() takes the framework's own"
        slots = experiment.recipe.slots if optimizer_state else ()
        state = {f"{name}.{slot}": shape for name, shape in experiment.trained.items() for slot in slots}
        for what, wanted, found in (
            (f"The weights for {network.name!r}", network.parameters | network.statistics, weights),
            (f"The optimizer's arrays for {network.name!r}", state, optimizer_state or {}),
        ):
            if not isinstance(found, Mapping):
                raise UsageError(f"{what} must be a dict of arrays by name, and is {_kind(found)}. {remedy}.")
            require_fit(what, wanted, found, remedy + ".")
        restore(experiment, experiment._cast(weights), optimizer_state and experiment._cast(optimizer_state))

    return restore_checked


def _some(names: list[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _shape(array: Any) -> str:
    return str(list(array.shape)) if isinstance(array, np.ndarray) else f"({type(array).__name__})"


def _kind(value: Any) -> str:
    return str(value.dtype) if isinstance(value, np.ndarray) else f"of type {type(value).__name__}"
