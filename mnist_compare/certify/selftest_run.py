"""Lets installed backends train the small cases, each in a process of its own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_compare.backend import find_backend
from mnist_compare.certify.finding import Untraced
from mnist_compare.certify.selftest import Recorded, SelfTest, judge, read_recorded
from mnist_compare.certify.smallcase import CASES
from mnist_compare.certify.smallcase_job import CasesTraced, SmallCasesJob
from mnist_compare.errors import MnistCompareError
from mnist_compare.interpreters.check import Interpreter
from mnist_compare.runner.engine import Crash, Setting, run_job
from mnist_compare.runner.engines import open_engine
from mnist_compare.worker.events import Event, Failed
from mnist_compare.worker.job import Job

LOG = "log.txt"


class WorkerLost(MnistCompareError):
    """A worker that ended without having answered."""


def ask_worker(job: Job, interpreter: Interpreter, folder: Path) -> Event:
    """The last event of a job that writes traces into the folder; raises WorkerLost where it ends without one."""
    setting = Setting(1, folder / LOG, interpreter.path, find_backend(job.backend).certificate_variables)
    with open_engine() as engine:
        ended = run_job(engine, job, setting)
    if isinstance(ended, Crash | Failed):
        raise WorkerLost(f"{job.backend}: {ended.reason}")
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
                answer = ask_worker(SmallCasesJob(name, str(folder)), interpreter, folder)
                assert isinstance(answer, CasesTraced)
                untraced = answer.untraced
            except WorkerLost as error:
                untraced = {case: Untraced(str(error), refused=False) for case in CASES}
            recorded[name] = read_recorded(folder, untraced)
        say("the reference trains them with one fault after the other")
        return judge(recorded)
