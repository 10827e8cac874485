"""The processes of a data-parallel training: paddle.distributed, on gloo or, on GPUs, on NCCL."""

import os
from functools import cache
from time import perf_counter
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray

from mnist_compare.experiment.shard import LIMIT_SECONDS, Shard
from mnist_compare.host.loopback import loopback_interface


@cache
def join(shard: Shard, device: str) -> "Processes":
    """The processes, once in each of them: whatever it trains. Waits for the others."""
    return Processes(shard, device)


class Processes:
    """All that train together, as one of them knows them."""

    def __init__(self, shard: Shard, device: str) -> None:
        self._on_cpu, self._seconds = device == "cpu", 0.0
        if name := loopback_interface():
            os.environ.setdefault("GLOO_SOCKET_IFNAME", name)
        os.environ.update(_variables(shard, device))
        paddle.distributed.init_parallel_env()

    def sum_gradients(self, parameters: list[Any]) -> None:
        """Replace the gradients of the parameters by their sums over all processes, in one piece.

        This is what Paddle has its users do behind `no_sync`: DataParallel itself takes means, and losses are weighted.
        """
        # It imports half of Paddle's tools for clusters.
        from paddle.distributed.fleet.utils.hybrid_parallel_util import fused_allreduce_gradients_with_group

        begin = perf_counter()
        fused_allreduce_gradients_with_group(parameters, None, scale=1.0)
        self._seconds += perf_counter() - begin

    def total(self, losses: Any) -> NDArray[np.float64]:
        """The sums of the losses [steps] over all processes."""
        found = losses.astype("float64")
        paddle.distributed.all_reduce(found)
        return found.numpy()

    def take_seconds(self) -> float:
        """Those in which gradients were summed since this was asked before; 0 on a GPU, which is not waited for."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds if self._on_cpu else 0.0


def _variables(shard: Shard, device: str) -> dict[str, str]:
    """What Paddle reads of the processes, which its own launcher would set."""
    own = {"PADDLE_DISTRI_BACKEND": "gloo"} if device == "cpu" else {"FLAGS_selected_gpus": device.partition(":")[2]}
    return own | {
        "PADDLE_TRAINER_ID": str(shard.rank),
        "PADDLE_TRAINERS_NUM": str(shard.count),
        "PADDLE_TRAINER_ENDPOINTS": ",".join(shard.addresses),
        "PADDLE_CURRENT_ENDPOINT": shard.addresses[shard.rank],
        "FLAGS_stop_check_timeout": str(int(LIMIT_SECONDS)),
    }
