"""Lets installed backends train the small cases, each in a process of its own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_compare.backend import find_backend
from mnist_compare.certify.finding import Untraced
from mnist_compare.certify.selftest import Recorded, SelfTest, judge, read_recorded
from mnist_compare.certify.smallcase import CASES
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


def run_self_test(names: Sequence[str], say: Callable[[str], None] = lambda line: None) -> SelfTest:
    """The self-test of installed backends, each in a process of its own; `say` is told which one is at it."""
    recorded: dict[str, Recorded] = {}
    with TemporaryDirectory(prefix="mnist_compare-") as root:
        for name in names:
            say(f"{name} trains the small cases")
            folder = Path(root) / name
            folder.mkdir()
            try:
                untraced = ask_worker(name, folder, suite=False).untraced
            except WorkerLost as error:
                untraced = {case: Untraced(str(error), refused=False) for case in CASES}
            recorded[name] = read_recorded(folder, untraced)
        say("the reference trains them with one fault after the other")
        return judge(recorded)
