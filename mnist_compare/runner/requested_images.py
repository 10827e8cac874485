"""The images that a command asks for: each recipe may set a share of them apart for validation."""

from functools import cached_property
from pathlib import Path

from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.network import IMAGE_SHAPE
from mnist_compare.data import Dataset, ImageChanges, hold_out, subset
from mnist_compare.data.look import DataWarning, data_warnings
from mnist_compare.data.part import load_changed
from mnist_compare.data.sources import MNIST
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.recipe import CLASSES
from mnist_compare.records.spec import HELD_OUT, TEST, DataSpec
from mnist_compare.runner.data_spec import describe_data


class RequestedImages:
    """Parts of a data set, in `datasets` by what records say of them; raises UsageError or DataError for wrong ones.

    The sizes and the seed are those of `subset`; `changes` are those of all images. With `held_out`, that many training
    images, or that share of them, stand in the place of the test images, the same for all recipes.
    """

    def __init__(
        self,
        dataset: str | Path | Dataset,
        *,
        train_size: int | None = None,
        test_size: int | None = None,
        validation: int | None = None,
        seed: int = 0,
        changes: ImageChanges | None = None,
        held_out: float = 0,
    ) -> None:
        self._dataset, self._changes = dataset, changes
        self._train_size, self._test_size, self._validation = train_size, test_size, validation
        self._seed, self._held_out = seed, held_out
        self._found: dict[float, DataSpec] = {}
        self.datasets: dict[DataSpec, Dataset] = {}

    @cached_property
    def whole(self) -> Dataset:
        """The data set, read on first use; the part that is asked for, where all changed images would be too many."""
        return load_changed(
            self._dataset,
            self._changes,
            train_size=self._train_size,
            test_size=self._test_size,
            validation=self._validation or 0,
            seed=self._seed,
            tested=not self._held_out,
        )

    @cached_property
    def _base(self) -> Dataset:
        """The images of which all recipes take theirs: where some are held out, those that are asked for."""
        if not self._held_out:
            return self.whole
        taken = self._train_size and self._train_size + (self._validation or 0)
        return hold_out(subset(self.whole, train_size=taken, seed=self._seed), self._held_out, self._seed)

    @cached_property
    def _warnings(self) -> tuple[DataWarning, ...]:
        return data_warnings(self._base)

    def fit(self, architecture: Architecture, *, starts: bool = False) -> Architecture:
        """The network fitted to the images; those of MNIST, whose shape is known, are not read for that.

        One that `starts` from trained weights has as many classes as the data, whatever it was trained on.
        """
        if starts:
            architecture = replace(architecture, classes=CLASSES)
        if self._dataset == MNIST:
            shape = self._changes.shape_after(IMAGE_SHAPE) if self._changes else IMAGE_SHAPE
            return architecture.fitted_to(shape, CLASSES)
        return architecture.fitted_to(self.whole.image_shape, self.whole.class_count)

    def of(self, recipe: Recipe) -> DataSpec:
        """What records say of those that a recipe is trained on."""
        if recipe.validation_split not in self._found:
            used = subset(
                self._base,
                train_size=None if self._held_out else self._train_size,
                test_size=None if self._held_out else self._test_size,
                validation=self._validation,
                validation_split=recipe.validation_split,
                seed=self._seed,
            )
            judged_on = HELD_OUT if self._held_out else TEST
            data = describe_data(self.whole, used, self._seed, self._warnings, judged_on)
            self._found[recipe.validation_split] = data
            self.datasets.setdefault(data, used)
        data = self._found[recipe.validation_split]
        recipe.check_validation(data.validation_size)
        return data
