"""What a network says of images."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.randomness import Array


class Prediction(msgspec.Struct, frozen=True):
    """What `Experiment.predict` gives for N images.

    Fields:
        outputs: logits [N, classes], or [N, 1] of a regression.
        digits: the classes, int64 [N].
        probabilities: float64 [N, classes], the softmax of the logits; None for a regression.
    """

    outputs: Array
    digits: NDArray[np.int64]
    probabilities: NDArray[np.float64] | None
