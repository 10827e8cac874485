"""The processes of a data-parallel training: DistributedDataParallel, on gloo or, on GPUs, on NCCL."""

import os
from datetime import timedelta
from functools import cache
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from mnist_compare.experiment.shard import LIMIT_SECONDS, Shard
from mnist_compare.host.loopback import loopback_interface


@cache
def join(shard: Shard, device: torch.device) -> "Processes":
    """The processes, once in each of them: whatever it trains. Waits for the others."""
    return Processes(shard, device)


class Processes:
    """All that train together, as one of them knows them."""

    def __init__(self, shard: Shard, device: torch.device) -> None:
        self._device, self._ready, self._seconds = device, 0.0, 0.0
        if name := loopback_interface():
            os.environ.setdefault("GLOO_SOCKET_IFNAME", name)
        distributed.init_process_group(
            "nccl" if device.type == "cuda" else "gloo",
            init_method=f"tcp://{shard.addresses[0]}",
            rank=shard.rank,
            world_size=shard.count,
            timeout=timedelta(seconds=LIMIT_SECONDS),
        )

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model whose gradients are the sums over all processes. Each keeps its own running statistics."""
        ids = [self._device.index] if self._device.type == "cuda" else None
        wrapped = DistributedDataParallel(model, device_ids=ids, broadcast_buffers=False)
        wrapped.register_comm_hook(None, self._sum)
        return wrapped

    def backward_ended(self) -> None:
        """The parameters have the sums of all gradients now: a backward pass does not end before."""
        if self._device.type == "cpu":
            self._seconds += perf_counter() - self._ready

    def total(self, losses: Tensor) -> NDArray[np.float64]:
        """The sums of the losses [steps] over all processes."""
        found = losses.double()
        distributed.all_reduce(found)
        return found.cpu().numpy()

    def take_seconds(self) -> float:
        """Those between the last of this process's own gradients and the sum of all, since this was asked before: what
        goes on beside the backward pass costs no time. 0 on a GPU.
        """
        seconds, self._seconds = self._seconds, 0.0
        return seconds

    def _sum(self, state: None, bucket: distributed.GradBucket) -> torch.futures.Future[Tensor]:
        """Sum a bucket of gradients as soon as all of it is there: losses are weighted, so there is no mean to take."""
        self._ready = perf_counter()
        work = distributed.all_reduce(bucket.buffer(), async_op=True)
        return work.get_future().then(lambda future: future.value()[0])
