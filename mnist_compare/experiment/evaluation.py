"""What a network's outputs are worth: loss, accuracy, confusion matrix, precision and recall per class.

The same NumPy code judges every backend, in float64, so a difference in a metric is a difference in outputs.
"""

from hashlib import sha256
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.experiment.confusion import MOST_WHOLE, pack_confusion, unpack_confusion
from mnist_compare.experiment.predictions import Predictions, pack
from mnist_compare.io.bounds import Count, Real
from mnist_compare.io.fields import written
from mnist_compare.recipe import Loss
from mnist_compare.recipe.recipe import CLASSES

WHOLE = msgspec.Meta(max_length=MOST_WHOLE)
BINS = 10


class DigitScore(msgspec.Struct, frozen=True):
    """How well one class, the label `digit`, is recognised. Precision and recall are None where nothing can be said."""

    digit: Count
    count: Count
    right: Count
    accuracy: Real | None
    precision: Real | None
    recall: Real | None
    f1: Real | None


class CalibrationBin(msgspec.Struct, frozen=True):
    """The images of whose class a network is about equally sure.

    `count` are the images, `right` those whose class is right, and `confidence` the mean probability of the predicted
    class: where a network is well calibrated it is the share of the right ones.
    """

    count: Count
    right: Count
    confidence: Real


class Evaluation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `Experiment.evaluate` finds over a set of images.

    Fields:
        loss: mean over the images.
        accuracy: share of the images, from 0 to 1, whose class is right.
        count, right: how many images there are, and how many are right.
        out_of_range: predictions of a regression that are no class; they are wrong, and in no column of the matrix.
        confusion: images by [label][prediction], K x K of K classes; empty of more than 100: `matrix` is there always.
        digits: for each class its count, accuracy, precision, recall and F1, from 0 to 1; empty of more than 100:
            `scores` are there always.
        predictions_sha256: of all predictions, int64 in the order of the images: equal where every single one is.
        calibration: ten bins by the probability of the predicted class, 0 to 10 % first; none of a regression.
        predictions: each single one, where they were asked for.
        packed_confusion: of more than 100 classes the matrix, compressed.
    """

    loss: Real
    accuracy: Real
    count: Count
    right: Count
    out_of_range: Count
    confusion: Annotated[list[Annotated[list[Count], WHOLE]], WHOLE]
    digits: Annotated[list[DigitScore], WHOLE]
    predictions_sha256: str = written("")
    calibration: Annotated[list[CalibrationBin], msgspec.Meta(max_length=BINS)] = written([])
    predictions: Predictions | None = written(None)
    packed_confusion: bytes = b""

    def __post_init__(self) -> None:
        size = len(self.confusion)
        if size and not (size == len(self.digits) >= 2 and all(len(row) == size for row in self.confusion)):
            raise ValueError("confusion must be as many lists as there are digits, each of as many numbers")
        if not size:
            unpack_confusion(self.packed_confusion)

    @property
    def class_count(self) -> int:
        """How many classes there are."""
        return len(self.confusion) or len(unpack_confusion(self.packed_confusion)[1])

    @property
    def matrix(self) -> NDArray[np.int64]:
        """Images by [label][prediction], int64 [K, K] of K classes."""
        return np.array(self.confusion) if self.confusion else unpack_confusion(self.packed_confusion)[0]

    @property
    def scores(self) -> list[DigitScore]:
        """One for each class."""
        return self.digits or _scores(*unpack_confusion(self.packed_confusion))

    def __repr__(self) -> str:
        return f"<Evaluation of {self.count:,} images: accuracy {self.accuracy:.2%}, loss {self.loss:.4f}>"


def predict_digits(outputs: NDArray[np.floating], loss: Loss) -> NDArray[np.int64]:
    """The classes [N] that outputs [N, K] or [N, 1] stand for: the largest logit, or the number cut to an integer."""
    if loss == "cross_entropy":
        return np.asarray(outputs.argmax(axis=1), dtype=np.int64)
    cut = np.trunc(np.nan_to_num(outputs[:, 0].astype(np.float64), nan=-1.0))
    return np.clip(cut, -1_000_000, 1_000_000).astype(np.int64)


def probabilities(outputs: NDArray[np.floating]) -> NDArray[np.float64]:
    """Softmax of logits [N, K], in float64."""
    exponentials, sums, _ = _softmax(outputs)
    return np.asarray(exponentials / sums[:, None])


def mean_loss(outputs: NDArray[np.floating], labels: NDArray[np.int64], loss: Loss) -> float:
    """Mean loss of outputs against labels [N], in float64."""
    return _loss_and_confidences(outputs, labels, loss)[0]


def _loss_and_confidences(
    outputs: NDArray[np.floating], labels: NDArray[np.int64], loss: Loss
) -> tuple[float, NDArray[np.float64] | None]:
    """The mean loss, and how probable each predicted class is [N]; None of a regression."""
    if loss == "mean_squared_error":
        return float(np.mean((outputs[:, 0].astype(np.float64) - labels) ** 2)), None
    _, sums, largest = _softmax(outputs)
    of_labels = outputs[np.arange(len(labels)), labels].astype(np.float64)
    return float(np.mean(largest + np.log(sums) - of_labels)), 1 / sums  # the exponential of the largest logit is 1


def _softmax(outputs: NDArray[np.floating]) -> tuple[NDArray[np.float64], ...]:
    """Of logits [N, K]: their exponentials [N, K] once the largest logit is taken off, the sums of these [N], and
    the largest logits [N], in float64.
    """
    rows = np.arange(len(outputs))
    largest = outputs[rows, outputs.argmax(axis=1)].astype(np.float64)  # far faster than the maximum of short rows
    exponentials = np.exp(outputs.astype(np.float64) - largest[:, None])
    return exponentials, exponentials.sum(axis=1), largest


def evaluate_outputs(
    outputs: NDArray[np.floating], labels: NDArray[np.int64], loss: Loss, classes: int = CLASSES, *, keep: bool = False
) -> Evaluation:
    """All metrics of outputs [N, K] (or [N, 1]) against labels [N] of K classes; `keep` keeps every prediction too."""
    predicted = predict_digits(outputs, loss)
    mean, confidences = _loss_and_confidences(outputs, labels, loss)
    inside = (predicted >= 0) & (predicted < classes)
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels[inside], predicted[inside]), 1)
    counts = np.bincount(labels, minlength=classes)
    right = int(confusion.trace())
    return Evaluation(
        loss=mean,
        accuracy=right / len(labels),
        count=len(labels),
        right=right,
        out_of_range=int((~inside).sum()),
        confusion=confusion.tolist() if classes <= MOST_WHOLE else [],
        digits=_scores(confusion, counts) if classes <= MOST_WHOLE else [],
        predictions_sha256=sha256(predicted.astype("<i8").tobytes()).hexdigest(),
        calibration=[] if confidences is None else _calibration(confidences, predicted == labels),
        predictions=pack(predicted, labels, confidences, classes) if keep else None,
        packed_confusion=b"" if classes <= MOST_WHOLE else pack_confusion(confusion, counts),
    )


def _calibration(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> list[CalibrationBin]:
    """The bins of the probabilities [N] of the predicted classes, of which some are right [N]."""
    if not np.isfinite(confidences).all():
        return []
    bins = np.minimum((BINS * confidences).astype(np.int64), BINS - 1)
    counts, rights = np.bincount(bins, minlength=BINS), np.bincount(bins[right], minlength=BINS)
    sums = np.bincount(bins, weights=confidences, minlength=BINS)
    return [
        CalibrationBin(int(count), int(hits), float(total / count) if count else 0.0)
        for count, hits, total in zip(counts, rights, sums, strict=True)
    ]


def _scores(confusion: NDArray[np.int64], counts: NDArray[np.int64]) -> list[DigitScore]:
    rights, predicted = confusion.diagonal().tolist(), confusion.sum(axis=0).tolist()
    return [_score(label, *found) for label, found in enumerate(zip(rights, predicted, counts.tolist(), strict=True))]


def _score(label: int, right: int, predicted: int, count: int) -> DigitScore:
    recall = _ratio(right, count)
    precision = _ratio(right, predicted)
    f1 = _ratio(2 * right, count + predicted)
    return DigitScore(label, count, right, recall, precision, recall, f1)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
