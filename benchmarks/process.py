"""Samples, each taken in a fresh process with the environment that the program gives its workers."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from benchmarks.task import Sample, Task
from mnist_compare.environment import framework_variables, physical_cores, thread_variables

ROOT = Path(__file__).parents[1]
SECONDS = 1800
LAST_LETTERS = 500


class SampleError(Exception):
    """A sample's process has failed; the message has its last words."""


def take(script: str, task: Task) -> Sample:
    """What `python -m benchmarks.<script>` measures for the task; raises SampleError."""
    done = start(["-m", f"benchmarks.{script}", *task.arguments()])
    try:
        return msgspec.json.decode(done.stdout, type=Sample)
    except msgspec.DecodeError:
        raise SampleError(f"{script} {task.architecture}: no sample, but {done.stdout[-LAST_LETTERS:]!r}") from None


def start(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, ended well; raises SampleError."""
    variables = framework_variables() | thread_variables(physical_cores())
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SampleError(f"{' '.join(arguments)}: not done after {SECONDS} s") from None
    if done.returncode:
        raise SampleError(f"{' '.join(arguments)}: exit code {done.returncode}; {done.stderr[-LAST_LETTERS:].strip()}")
    return done
