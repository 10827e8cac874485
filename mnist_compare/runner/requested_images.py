"""The images that a command asks for: each recipe may set a share of them apart for validation."""

from pathlib import Path

from mnist_compare.data import Dataset, load_dataset, subset
from mnist_compare.recipe import Recipe
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.data_spec import describe_data


class RequestedImages:
    """Parts of a data set, in `datasets` by what records say of them; raises UsageError or DataError for wrong ones.

    The sizes and the seed are those of `subset`.
    """

    def __init__(
        self,
        dataset: str | Path | Dataset,
        *,
        train_size: int | None = None,
        test_size: int | None = None,
        validation: int | None = None,
        seed: int = 0,
    ) -> None:
        self._whole = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
        self._train_size, self._test_size, self._validation = train_size, test_size, validation
        self._seed = seed
        self._found: dict[float, DataSpec] = {}
        self.datasets: dict[DataSpec, Dataset] = {}

    def of(self, recipe: Recipe) -> DataSpec:
        """What records say of those that a recipe is trained on."""
        if recipe.validation_split not in self._found:
            used = subset(
                self._whole,
                train_size=self._train_size,
                test_size=self._test_size,
                validation=self._validation,
                validation_split=recipe.validation_split,
                seed=self._seed,
            )
            data = describe_data(self._whole, used, self._seed)
            self._found[recipe.validation_split] = data
            self.datasets.setdefault(data, used)
        data = self._found[recipe.validation_split]
        recipe.check_validation(data.validation_size)
        return data
