"""Names of devices: auto, cpu, gpu and gpu:N."""

import re
from collections.abc import Callable

from mnist_compare.errors import BackendError, UsageError
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.shard import Shard

GPU = r"gpu(?::(\d{1,3}))?"


def parse_gpu(device: str) -> int:
    """The number in gpu or gpu:N; raises UsageError for anything but auto, cpu and these."""
    match = re.fullmatch(GPU, device)
    if not match:
        plain = device.strip().lower()
        meant = f" Did you mean {plain!r}?" if plain in ("auto", "cpu") or re.fullmatch(GPU, plain) else ""
        raise UsageError(f"Unknown device {device!r}.{meant} Valid: auto, cpu, gpu, gpu:N (such as gpu:1).")
    return int(match[1] or 0)


def resolve_device(backend: str, device: str, gpu_count: Callable[[], int]) -> str:
    """`cpu` or `gpu:N` for what a user asks for; raises BackendError for a GPU that the framework does not see."""
    if device == "cpu":
        return "cpu"
    number = 0 if device == "auto" else parse_gpu(device)
    count = gpu_count()
    if device == "auto":
        return "gpu:0" if count else "cpu"
    if number >= count:
        raise BackendError(
            f"Backend {backend!r} sees {count} GPUs here, so it cannot run on {device!r}. Use --device cpu, or auto."
        )
    return f"gpu:{number}"


def own_device(device: str, shard: Shard, experiment: ExperimentInterface) -> str:
    """The device of one of several processes: the CPU, or each its own GPU, the one with the number of its rank.

    Raises BackendError where the backend has no such training, or there are fewer GPUs.
    """
    backend = experiment.backend
    if shard.count == 1:
        return device
    if not backend.data_parallel:
        raise BackendError(f"Backend {backend.name!r} trains in one process alone: leave --processes out.")
    if device == "cpu":
        return device
    count = experiment.gpu_count()
    if count < shard.count or device != "gpu:0":
        raise BackendError(
            f"Each of {shard.count} processes takes a GPU of its own, from gpu:0 on, and backend {backend.name!r} sees "
            f"{count} here ({device} was asked for). Use --device cpu, or fewer processes."
        )
    return f"gpu:{shard.rank}"
