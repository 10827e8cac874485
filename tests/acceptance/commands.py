"""Runs the program as a user does, and reads what it leaves."""

import subprocess
import sys
from pathlib import Path

from mnist_compare.records.record import Record
from mnist_compare.records.results import read_records

FRAMEWORKS = "torch,keras,paddle"


def run(*arguments: str | Path, timeout: float = 3600) -> subprocess.CompletedProcess[str]:
    """`python -m mnist_compare` with the arguments; what it prints is shown when a test fails."""
    command = [sys.executable, "-m", "mnist_compare", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    print(done.stdout, done.stderr[-4000:])  # noqa: T201
    return done


def compare(folder: Path, *arguments: str, backends: str = FRAMEWORKS) -> dict[tuple[str, str], Record]:
    """A comparison that must succeed: its records by backend and architecture."""
    done = run("--backends", backends, *arguments, "--output", folder)
    assert done.returncode == 0, done.stderr
    return {(record.backend, record.architecture): record for record in read_records(folder)}
