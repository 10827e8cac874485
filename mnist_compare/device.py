"""Names of devices: auto, cpu, gpu and gpu:N."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from mnist_compare.errors import BackendError, UsageError

NVIDIA_FOLDER = Path("/proc/driver/nvidia/gpus")


def shown_gpus() -> list[str]:
    """The names of the GPUs that the machine shows, read from files alone: `auto` may mean them."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return []
    texts = [path.read_text(errors="replace") for path in sorted(NVIDIA_FOLDER.glob("*/information"))]
    return [name.strip() for text in texts for name in re.findall(r"^Model:(.*)$", text, re.MULTILINE)]


def parse_gpu(device: str) -> int:
    """The number in gpu or gpu:N; raises UsageError for anything but auto, cpu and these."""
    match = re.fullmatch(r"gpu(?::(\d{1,3}))?", device)
    if not match:
        raise UsageError(f"Unknown device {device!r}. Valid: auto, cpu, gpu, gpu:N (such as gpu:1).")
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
