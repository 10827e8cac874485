"""Samples, each taken in a fresh process: with the environment that the program gives its workers, or with a user's."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from benchmarks.task import Sample, Task
from mnist_compare.backend import backends
from mnist_compare.host.environment import library_variables, physical_cores
from mnist_compare.host.inherited import is_inherited

ROOT = Path(__file__).parents[1]
SECONDS = 1800
Variables = dict[str, str | None]
"""Environment variables; those that are None are not set."""
LAST_LETTERS = 500
AS_DOCUMENTED: Variables = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
"""For who follows a tutorial, a framework decides itself on threads and the like."""


class SampleError(Exception):
    """A sample's process has failed; the message has its last words."""


def take(script: str, task: Task, variables: Variables | None = None) -> Sample:
    """What `python -m benchmarks.<script>` measures for the task, with these environment variables or those of
    workers; raises SampleError.
    """
    done = start(["-m", f"benchmarks.{script}", *task.arguments()], variables)
    try:
        return msgspec.json.decode(done.stdout, type=Sample)
    except msgspec.DecodeError:
        raise SampleError(f"{script} {task.architecture}: no sample, but {done.stdout[-LAST_LETTERS:]!r}") from None


def worker_variables() -> Variables:
    """What the program sets for its workers, of whichever backend, and what it keeps from them."""
    given: Variables = {name: None for name in os.environ if not is_inherited(name)}
    given |= library_variables()
    for backend in backends().values():
        given |= backend.environment(physical_cores())
    return given


def start(arguments: list[str], variables: Variables | None = None) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, ended well; raises SampleError. Without `variables`, with those of workers."""
    given = worker_variables() if variables is None else variables
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={name: value for name, value in {**os.environ, **given}.items() if value is not None},
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
