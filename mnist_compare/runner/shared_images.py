"""The normalized images that the workers of a comparison share: files that each of them maps."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from mnist_compare.data import Dataset, normalize, write_arrays
from mnist_compare.data.shared import STATISTICS_FILE
from mnist_compare.errors import OutputError
from mnist_compare.recipe import Recipe, Standardize
from mnist_compare.records.spec import DataSpec, RunSpec
from mnist_compare.runner.comparison_lock import ComparisonLock

SHARED_FOLDER = ".shared"


class SharedImages:
    """Those of a comparison, in its folder while it runs."""

    def __init__(self, datasets: Mapping[DataSpec, Dataset], lock: ComparisonLock) -> None:
        self._datasets, self._lock = datasets, lock
        self._folder = lock.folder / SHARED_FOLDER

    def of(self, spec: RunSpec) -> Path:
        """The folder of those that a run asks for, written on first use."""
        folder = self._folder / f"{spec.data.train_size}+{spec.data.validation_size}"
        return share_arrays(self._datasets[spec.data], spec.recipe, folder, self._lock.require)

    def remove(self) -> None:
        """Take them away, unless the folder is another command's by now: that one needs them."""
        with suppress(OutputError):
            self._lock.require()
            shutil.rmtree(self._folder, ignore_errors=True)


def share_arrays(dataset: Dataset, recipe: Recipe, shared: Path, check: Callable[[], None] = lambda: None) -> Path:
    """The folder of the normalized images that the recipe asks for, written on first use.

    `check` is called before they are written, and raises where they are not to be.
    """
    dtype = recipe.dtype
    given = recipe.normalization
    name = f"{given.mean}-{given.std}" if isinstance(given, Standardize) else given
    folder = shared / f"{name}-{np.dtype(dtype).name}"
    if not (folder / STATISTICS_FILE).exists():  # the last of its files
        arrays = normalize(dataset, recipe.normalization, dtype)
        check()
        write_arrays(arrays, folder)
    return folder
