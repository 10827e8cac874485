"""The images on which runs were tested, for a report that shows some of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_compare.records.spec import DataSpec


@dataclass(frozen=True)
class EvaluatedImages:
    """The test images uint8 [N, C, H, W] and labels [N] of the runs that were tested on these data."""

    data: DataSpec
    images: NDArray[np.uint8]
    labels: NDArray[np.integer]

    def fit(self, data: DataSpec) -> bool:
        """Whether runs with these data were tested on these images."""
        mine = (self.data.fingerprint, self.data.test_size, self.data.subset_seed)
        return mine == (data.fingerprint, data.test_size, data.subset_seed) and len(self.labels) == data.test_size
