"""The batches of consecutive steps, on the device."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Batches:
    """What steps of one batch size take: `indices` into the images, `answers`, and the factors of dropout layers by
    their names in `masks`, each [steps, batch, ...]; or of one step, [batch, ...]. `shares` [steps] are those of the
    losses, where other processes take a part of every batch.
    """

    indices: Tensor
    answers: Tensor
    masks: Mapping[str, Tensor]
    shares: Tensor | None = None

    def __len__(self) -> int:
        return len(self.indices)

    def unbind(self) -> "list[Batches]":
        """Those of every step."""
        masks = {name: mask.unbind() for name, mask in self.masks.items()}
        shares = [None] * len(self) if self.shares is None else self.shares.unbind()
        return [
            Batches(indices, answers, {name: mask[i] for name, mask in masks.items()}, shares[i])
            for i, (indices, answers) in enumerate(zip(self.indices.unbind(), self.answers.unbind(), strict=True))
        ]
