"""The images that a request asks for: each recipe may set a share of them apart for validation."""

from mnist_compare.data import Dataset, load_dataset, subset
from mnist_compare.recipe import Recipe
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.data_spec import describe_data
from mnist_compare.runner.request import Request


class RequestedImages:
    """Those of a request, in `datasets` by what records say of them; raises UsageError or DataError for wrong ones."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._whole = request.dataset if isinstance(request.dataset, Dataset) else load_dataset(request.dataset)
        self._found: dict[float, DataSpec] = {}
        self.datasets: dict[DataSpec, Dataset] = {}

    def of(self, recipe: Recipe) -> DataSpec:
        """What records say of those that a recipe is trained on."""
        if recipe.validation_split not in self._found:
            asked = self._request
            used = subset(
                self._whole,
                train_size=asked.train_size,
                test_size=asked.test_size,
                validation=asked.validation,
                validation_split=recipe.validation_split,
                seed=asked.subset_seed,
            )
            data = describe_data(self._whole, used, asked.subset_seed)
            self._found[recipe.validation_split] = data
            self.datasets.setdefault(data, used)
        data = self._found[recipe.validation_split]
        recipe.check_validation(data.validation_size)
        return data
