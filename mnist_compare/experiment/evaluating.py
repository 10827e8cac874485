"""What an experiment makes of images: metrics over a data set, and classes."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Shape, format_shape
from mnist_compare.data import Dataset, NormalizedData, load_dataset, normalize, normalize_images, subset
from mnist_compare.errors import ArchitectureError, DataError, UsageError
from mnist_compare.experiment.evaluation import Evaluation, predict_digits, probabilities
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.prediction import Prediction
from mnist_compare.io.options import check_arguments
from mnist_compare.recipe.normalization import Statistic


class Evaluating(ExperimentInterface):
    """An experiment that evaluates and predicts."""

    def evaluate(self, data: str | Path | Dataset | NormalizedData = "mnist", split: str = "test") -> Evaluation:
        """Loss, accuracy and confusion over the train, validation or test images of a data set."""
        check_arguments(Evaluating.evaluate, data=data, split=split)
        if split not in ("train", "validation", "test"):
            raise UsageError(f"Unknown split {split!r}. Valid: train, validation, test.")
        # Once it is trained, the network goes with the normalization of its training.
        arrays = self._arrays(data, (self.mean, self.std) if self._has_statistics() else None)
        labels = getattr(arrays, f"{split}_labels")
        if not len(labels):
            raise DataError(f"The data set has no {split} images. Split some off with subset(data, validation=N).")
        return self.evaluate_on_device(self.to_device(np.asarray(getattr(arrays, f"{split}_images"))), labels)

    def predict(self, images: NDArray[np.uint8]) -> Prediction:
        """The classes of images uint8 [N, C, H, W], or one [C, H, W], of the network's input shape: 0 background to 255
        foreground. Gray ones are also taken as [N, H, W] and [H, W].
        """
        images = np.asarray(images)
        whole = self.architecture.input_shape
        shapes = (whole, whole[1:]) if whole[0] == 1 else (whole,)
        if images.dtype != np.uint8 or not any(_are_of(images, shape) for shape in shapes):
            wanted, found = format_shape(whole), f"{images.dtype} {list(images.shape)}"
            raise DataError(f"predict takes uint8 images of {wanted}, as the network does, but got {found}.")
        if self.recipe.normalization == "standard" and not self._has_statistics():
            raise UsageError(
                f"What the pixels for {self.architecture.name!r} are normalized with is not known before a training. "
                "Set the experiment's mean and std, in units of pixel / 255."
            )
        pixels = normalize_images(images.reshape(-1, *whole), self.mean, self.std, self.dtype)
        outputs = self.evaluated_outputs(self.to_device(pixels), len(pixels))
        logits = self.architecture.output == "logits"
        return Prediction(
            outputs, predict_digits(outputs, self.recipe.loss), probabilities(outputs) if logits else None
        )

    def _has_statistics(self) -> bool:
        """Whether there are mean and standard deviation of a training: a network goes with those."""
        return (self.mean, self.std) != (0.0, 1.0)

    def _arrays(
        self, data: str | Path | Dataset | NormalizedData, statistics: tuple[Statistic, Statistic] | None = None
    ) -> NormalizedData:
        if isinstance(data, NormalizedData):
            self._check_data(data.train_images.shape[1:], _class_count(data))
            return data
        dataset = load_dataset(data) if isinstance(data, str | Path) else data
        self._check_data(dataset.image_shape, dataset.class_count)
        dataset = subset(dataset, validation_split=self.recipe.validation_split)
        return normalize(dataset, self.recipe.normalization, self.dtype, statistics)

    def _check_data(self, image_shape: Shape, class_count: int) -> None:
        network = self.architecture
        if image_shape != network.input_shape or class_count > network.classes:
            found = f"{format_shape(image_shape)} and {class_count} classes"
            raise ArchitectureError(
                f"The network {network.name!r} was made for images of {format_shape(network.input_shape)} and "
                f"{network.classes} classes, but the data have {found}. Make the experiment with "
                "architecture.fitted_to(data.image_shape, data.class_count)."
            )


def _are_of(images: NDArray[np.uint8], shape: Shape) -> bool:
    """Whether they are one image of that shape, or some."""
    return images.size > 0 and images.shape[-len(shape) :] == shape and images.ndim <= len(shape) + 1


def _class_count(data: NormalizedData) -> int:
    """As many as the labels need."""
    return max(int(part.max(initial=0)) for part in (data.train_labels, data.validation_labels, data.test_labels)) + 1
