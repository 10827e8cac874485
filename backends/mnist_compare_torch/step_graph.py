"""A training step as one CUDA graph. On a GPU a small network waits for the launches of its kernels: a graph is one."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from mnist_compare_torch.batches import Batches

ROOM = 256
ROOM_BYTES = 64 * 2**20
"""So many steps' batches lie on the GPU at a time, or as many as take no more than these bytes."""


class StepGraph:
    """Loss and gradients of a batch, and the update by them where the rate of all steps is the same: captured once, and
    replayed step after step. These are the same kernels in the same order as step by step, and so the same bits.

    The batches lie in buffers for many steps; a counter on the GPU says which is next.
    """

    def __init__(
        self,
        compute: Callable[[Tensor, Batches], Tensor],
        update: Callable[[float], None],
        parameters: Sequence[Tensor],
        images: Tensor,
        like: Batches,
        rate: float | None,
    ) -> None:
        """Capture `compute`, which gives the loss of a step on these images and leaves gradients in the parameters, for
        batches of this size; with a rate, `update` by it too. Both must have been called before: what they load and
        allocate at their first call cannot be captured.
        """
        self._update, self._parameters, self._images, self._rate = update, parameters, images, rate
        size = sum(tensor[0].nbytes for tensor in (like.indices, like.answers, *like.masks.values()))
        count = max(1, min(ROOM, ROOM_BYTES // size))
        masks = {name: _room(mask, count) for name, mask in like.masks.items()}
        self._room = Batches(_room(like.indices, count), _room(like.answers, count), masks)
        self._next = torch.zeros(1, dtype=torch.int64, device=images.device)
        self._losses = torch.zeros(count, dtype=torch.float64, device=images.device)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            loss = compute(images, self._batch())
            self._losses.index_copy_(0, self._next, loss.double().reshape(1))
            self._next += 1
            if rate is not None:
                update(rate)
        self._gradients = [parameter.grad for parameter in parameters]

    def fits(self, images: Tensor, like: Batches, rate: float | None) -> bool:
        """Whether it is the graph of steps on these images, with batches of this size, at this rate."""
        size = self._room.indices.shape[1:] == like.indices.shape[1:]
        return self._images is images and size and self._rate == rate

    def losses(self, batches: Batches, rates: Sequence[float]) -> list[Tensor]:
        """Do the steps; float64 [steps], in pieces."""
        for parameter, gradient in zip(self._parameters, self._gradients, strict=True):
            parameter.grad = gradient
        found = []
        for start in range(0, len(batches), len(self._room)):
            count = self._take(batches, slice(start, start + len(self._room)))
            for rate in rates[start : start + count]:
                self._graph.replay()
                if self._rate is None:
                    self._update(rate)
            found.append(self._losses[:count].clone())
        return found

    def _take(self, batches: Batches, part: slice) -> int:
        """Fill the buffers with the batches of some steps."""
        count = len(batches.indices[part])
        self._room.indices[:count] = batches.indices[part]
        self._room.answers[:count] = batches.answers[part]
        for name, mask in batches.masks.items():
            self._room.masks[name][:count] = mask[part]
        self._next.zero_()
        return count

    def _batch(self) -> Batches:
        """Those of the step that is next."""
        room = self._room
        masks = {name: self._pick(mask) for name, mask in room.masks.items()}
        return Batches(self._pick(room.indices), self._pick(room.answers), masks)

    def _pick(self, buffer: Tensor) -> Tensor:
        return buffer.index_select(0, self._next).squeeze(0)


def _room(batches: Tensor, count: int) -> Tensor:
    return batches.new_zeros((count, *batches.shape[1:]))
