"""Lets installed backends train the small cases, each in a process of its own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_compare.certify.finding import Untraced
from mnist_compare.certify.selftest import Recorded, SelfTest, judge, read_recorded
from mnist_compare.certify.smallcase import CASES
from mnist_compare.errors import MnistCompareError
from mnist_compare.host.environment import certificate_variables
from mnist_compare.interpreters.check import Interpreter
from mnist_compare.runner.engine import run_job
from mnist_compare.worker.protocol import Checked, CheckJob

LOG = "log.txt"


class WorkerLost(MnistCompareError):
    """A worker that ended without having answered."""


def ask_worker(backend: str, interpreter: Interpreter, folder: Path, *, suite: bool) -> Checked:
    """Have the traces of an installed backend written into the folder, and the suite's findings where it is asked.

    Raises WorkerLost for a backend that ends its process.
    """
    job = CheckJob(backend, str(folder), suite)
    ended = run_job(job, 1, folder / LOG, variables=certificate_variables(), python=interpreter.path)
    if not isinstance(ended, Checked):
        raise WorkerLost(f"{backend}: {getattr(ended, 'reason', 'it did another job')}")
    return ended


def run_self_test(interpreters: Mapping[str, Interpreter], say: Callable[[str], None] = lambda line: None) -> SelfTest:
    """The self-test of backends, each in a process of its interpreter; `say` is told which one is at it."""
    recorded: dict[str, Recorded] = {}
    with TemporaryDirectory(prefix="mnist_compare-") as root:
        for name, interpreter in interpreters.items():
            say(f"{name} trains the small cases")
            folder = Path(root) / name
            folder.mkdir()
            try:
                untraced = ask_worker(name, interpreter, folder, suite=False).untraced
            except WorkerLost as error:
                untraced = {case: Untraced(str(error), refused=False) for case in CASES}
            recorded[name] = read_recorded(folder, untraced)
        say("the reference trains them with one fault after the other")
        return judge(recorded)
