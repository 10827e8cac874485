"""What an experiment makes of images: metrics over a data set, and digits."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data import Dataset, NormalizedData, load_dataset, normalize, normalize_images, subset
from mnist_compare.errors import DataError, UsageError
from mnist_compare.experiment.evaluation import Evaluation, predict_digits, probabilities
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.prediction import Prediction


class Evaluating(ExperimentInterface):
    """An experiment that evaluates and predicts."""

    def evaluate(self, data: str | Path | Dataset | NormalizedData = "mnist", split: str = "test") -> Evaluation:
        """Loss, accuracy and confusion over the train, validation or test images of a data set."""
        if split not in ("train", "validation", "test"):
            raise UsageError(f"Unknown split {split!r}. Valid: train, validation, test.")
        # Once it is trained, the network goes with the normalization of its training.
        arrays = self._arrays(data, (self.mean, self.std) if self._has_statistics() else None)
        labels = getattr(arrays, f"{split}_labels")
        if not len(labels):
            raise DataError(f"The data set has no {split} images. Split some off with subset(data, validation=N).")
        return self.evaluate_on_device(self.to_device(getattr(arrays, f"{split}_images")), labels)

    def predict(self, images: NDArray[np.uint8]) -> Prediction:
        """Digits for images uint8 [N, 28, 28] (or one [28, 28]): 0 background to 255 foreground."""
        self.architecture.check_data()
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[-2:] != (28, 28) or images.ndim not in (2, 3) or not images.size:
            raise DataError(f"predict takes uint8 images of 28x28, but got {images.dtype} {list(images.shape)}.")
        if self.recipe.normalization == "standard" and not self._has_statistics():
            raise UsageError(
                f"What the pixels for {self.architecture.name!r} are normalized with is not known before a training. "
                "Set the experiment's mean and std, in units of pixel / 255."
            )
        pixels = normalize_images(images.reshape(-1, 28, 28), self.mean, self.std, self.dtype)
        outputs = self.evaluated_outputs(self.to_device(pixels), len(pixels))
        logits = self.architecture.output == "logits"
        return Prediction(
            outputs, predict_digits(outputs, self.recipe.loss), probabilities(outputs) if logits else None
        )

    def _has_statistics(self) -> bool:
        """Whether there are mean and standard deviation of a training: a network goes with those."""
        return (self.mean, self.std) != (0.0, 1.0)

    def _arrays(
        self, data: str | Path | Dataset | NormalizedData, statistics: tuple[float, float] | None = None
    ) -> NormalizedData:
        self.architecture.check_data()
        if isinstance(data, NormalizedData):
            return data
        dataset = load_dataset(data) if isinstance(data, str | Path) else data
        dataset = subset(dataset, validation_split=self.recipe.validation_split)
        return normalize(dataset, self.recipe.normalization, self.dtype, statistics)
