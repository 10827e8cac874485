"""Lets an installed backend train the small cases in a process of its own."""

from pathlib import Path

from mnist_compare.backend import find_backend
from mnist_compare.environment import certificate_variables
from mnist_compare.errors import MnistCompareError
from mnist_compare.runner.engine import run_job
from mnist_compare.runner.protocol import Checked, CheckJob

LOG = "log.txt"


class WorkerLost(MnistCompareError):
    """A worker that ended without having answered."""


def ask_worker(backend: str, folder: Path, *, suite: bool) -> Checked:
    """Have the traces of an installed backend written into the folder, and the suite's findings where it is asked.

    Raises UsageError or BackendError for a backend that is not there, WorkerLost for one that ends its process.
    """
    find_backend(backend).require()
    job = CheckJob(backend, str(folder), suite)
    ended = run_job(job, 1, folder / LOG, variables=certificate_variables())
    if not isinstance(ended, Checked):
        raise WorkerLost(f"{backend}: {getattr(ended, 'reason', 'it did another job')}")
    return ended
