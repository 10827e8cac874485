"""What tests of real processes share: waiting, looking for processes that are left, and the bits of a run."""

import hashlib
import json
import os
import time
from pathlib import Path

import psutil

SECONDS = ("train_seconds", "evaluation_seconds", "checkpoint_seconds")


def wait_until(condition, seconds=30):
    """Until the condition holds, and give what it gave; fails after the seconds."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def living(folder):
    """The command lines of all processes but this one that work in the folder, or name it in their command line."""
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
            inside = Path(process.cwd()).is_relative_to(folder) or any(str(folder) in word for word in command)
            if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE and inside:
                found.append(f"{process.pid} {' '.join(command)}")
        except (psutil.Error, OSError):
            continue
    return found


def assert_nobody_is_left(folder, seconds=5):
    """Workers and what they have started are gone, at the latest after the seconds."""
    end = time.monotonic() + seconds
    while left := living(folder):
        assert time.monotonic() < end, left
        time.sleep(0.05)


def read_lines(folder):
    """The records of a comparison's folder, as dictionaries, in the order of the file."""
    return [json.loads(line) for line in (folder / "results.jsonl").read_bytes().splitlines()]


def outcome(folder, backend):
    """The bits that the last run of a backend has ended with: weights, history without seconds, and test."""
    record = [record for record in read_lines(folder) if record["backend"] == backend][-1]
    assert record["status"] == "done", record["reason"]
    weights = hashlib.sha256((folder / record["weights"]).read_bytes()).hexdigest()
    assert weights == record["weights_sha256"]
    history = [{name: value for name, value in epoch.items() if name not in SECONDS} for epoch in record["history"]]
    return weights, history, record["test"]
