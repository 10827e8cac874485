"""Steps with one fault each, made of those that are asked for and those that were asked for before."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.experiment.steps import Steps


def unscaled_masks(steps: Steps, before: Steps) -> Steps:
    """What is kept is not divided by the share that is kept."""
    return _with_masks(steps, lambda mask: (mask > 0).astype(mask.dtype))


def float32_masks(steps: Steps, before: Steps) -> Steps:
    """The scale is rounded to float32."""
    return _with_masks(steps, lambda mask: mask.astype(np.float32).astype(mask.dtype))


def transposed_masks(steps: Steps, before: Steps) -> Steps:
    """Masks of maps have height and width swapped."""
    return _with_masks(steps, lambda mask: mask.swapaxes(3, 4) if mask.ndim == 5 else mask)


def late_masks(steps: Steps, before: Steps) -> Steps:
    """The masks of the step before, for as many images as there are."""
    masks = {name: np.resize(before.masks[name], mask.shape) for name, mask in steps.masks.items()}
    return msgspec.structs.replace(steps, masks=masks)


def late_order(steps: Steps, before: Steps) -> Steps:
    """The images of the step before."""
    return msgspec.structs.replace(steps, indices=before.indices)


def late_rates(steps: Steps, before: Steps) -> Steps:
    """The learning rate of the step before."""
    return msgspec.structs.replace(steps, learning_rates=before.learning_rates)


def float32_rates(steps: Steps, before: Steps) -> Steps:
    """The learning rate is rounded to float32."""
    rates = steps.learning_rates.astype(np.float32).astype(np.float64)
    return msgspec.structs.replace(steps, learning_rates=rates)


def _with_masks(steps: Steps, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Steps:
    return msgspec.structs.replace(steps, masks={name: change(mask) for name, mask in steps.masks.items()})
