"""The batches of consecutive steps, on the device."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Batches:
    """What steps of one batch size take: `indices` into the images, `answers`, and the factors of dropout layers by
    their names in `masks`, each [steps, batch, ...]; or of one step, [batch, ...].
    """

    indices: Tensor
    answers: Tensor
    masks: Mapping[str, Tensor]

    def __len__(self) -> int:
        return len(self.indices)

    def unbind(self) -> "list[Batches]":
        """Those of every step."""
        masks = {name: mask.unbind() for name, mask in self.masks.items()}
        return [
            Batches(indices, answers, {name: mask[i] for name, mask in masks.items()})
            for i, (indices, answers) in enumerate(zip(self.indices.unbind(), self.answers.unbind(), strict=True))
        ]
