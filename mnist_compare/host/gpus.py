"""The GPUs of the machine and their driver, without a framework."""

import os
import re
import subprocess
from pathlib import Path

SECONDS = 10
DRIVER_FOLDER = Path("/proc/driver/nvidia")
QUERY = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]


def describe_gpus(folder: Path = DRIVER_FOLDER) -> list[dict[str, str]]:
    """Model and driver of every NVIDIA GPU, from nvidia-smi or else from the driver's own files; empty without any."""
    return _ask_tool() or _read_driver(folder)


def shown_gpus() -> list[str]:
    """The models that the device `auto` may mean, from files alone, which takes no time; none where they are hidden."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return [] if hidden else [gpu["model"] for gpu in _read_driver(DRIVER_FOLDER)]


def _ask_tool() -> list[dict[str, str]]:
    try:
        done = subprocess.run(QUERY, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return []
    if done.returncode:
        return []
    found = [line.rpartition(",") for line in done.stdout.splitlines() if "," in line]
    return [{"model": model.strip(), "driver": driver.strip()} for model, _, driver in found]


def _read_driver(folder: Path) -> list[dict[str, str]]:
    """Of each GPU a file `gpus/ADDRESS/information` with a line "Model: ..."; `version` names the driver in a line."""
    try:
        driver = re.search(r"\b\d+\.\d+(\.\d+)?\b", (folder / "version").read_text())
        told = [path.read_text() for path in sorted(folder.glob("gpus/*/information"))]
    except (OSError, UnicodeDecodeError):
        return []
    models = [found[1] for text in told if (found := re.search(r"^Model:\s*(.+?)\s*$", text, re.MULTILINE))]
    return [{"model": model, "driver": driver[0] if driver else ""} for model in models]
