"""The weights with which a network is evaluated, from its checkpoint."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.recipe.recipe import AVERAGE


def evaluated_weights(
    weights: Mapping[str, NDArray[Any]], state: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[np.float32]]:
    """The weights as float32, or their running averages, where the recipe keeps some."""
    return {name: state.get(f"{name}.{AVERAGE}", array).astype(np.float32) for name, array in weights.items()}
