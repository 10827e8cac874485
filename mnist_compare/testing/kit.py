"""check_backend: the suite, the certificate and the self-test on anybody's backend, in one call."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_compare.backend import Backend
from mnist_compare.certify.finding import CheckResult, Finding
from mnist_compare.certify.selftest import SelfTest, judge, read_recorded, record_cases
from mnist_compare.certify.selftest_run import WorkerLost, ask_worker
from mnist_compare.experiment import Experiment
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.testing.suite import run_suite
from mnist_compare.testing.suite_job import Checked, SuiteJob

TRAINING = "it trains"
CERTIFICATE = "its training is the reference's"
SELF_TEST = "a fault in its training would be seen"


def check_backend(backend: str | Backend | type[Experiment]) -> CheckResult:
    """Ask a backend everything that all backends are asked, and say what is wrong.

    A name stands for an installed backend, which is asked in a process of its own, since frameworks cannot share
    one. A `Backend`, or an `Experiment` itself, is asked in this process. Raises UsageError for a name that is not
    installed, and BackendError where its framework is missing.
    """
    with TemporaryDirectory(prefix="mnist_compare-") as name:
        folder = Path(name)
        if isinstance(backend, str):
            try:
                answer = ask_worker(SuiteJob(backend, str(folder)), find_interpreter(backend), folder)
            except WorkerLost as error:
                return CheckResult(backend, (Finding("failed", TRAINING, "", str(error)),), 0, 0)
            assert isinstance(answer, Checked)
            return _judge(backend, folder, answer)
        experiment = backend.load() if isinstance(backend, Backend) else backend
        label = experiment.backend.name
        return _judge(label, folder, Checked(record_cases(experiment, label, folder), run_suite(experiment)))


def _judge(name: str, folder: Path, checked: Checked) -> CheckResult:
    test = judge({name: read_recorded(folder, checked.untraced)})
    findings = (*_untraced(name, test), *checked.findings, *_certificate(test), *_missed(test))
    catches = test.catches[name]
    return CheckResult(name, findings, sum(catch.caught for catch in catches), len(catches))


def _untraced(name: str, test: SelfTest) -> Iterator[Finding]:
    for case, why in test.untraced[name].items():
        yield Finding("refused" if why.refused else "failed", TRAINING, case, why.reason)
    if not test.catches[name]:
        yield Finding("failed", TRAINING, "", "it trains none of the networks in which faults show themselves")


def _certificate(test: SelfTest) -> Iterator[Finding]:
    for pair in test.mismatched:
        gaps = pair.gaps
        what = f"{gaps.quantity_out} of {gaps.array_out}" if gaps.array_out else str(gaps.quantity_out)
        yield Finding(
            "failed",
            CERTIFICATE,
            pair.case,
            f"not from step {gaps.first_step_out} of {gaps.steps} on, by its {what}; the largest gap of the loss is "
            f"{gaps.loss_gap:.1e}, of a gradient {gaps.gradient_gap:.1e}, of a weight {gaps.weight_gap:.1e}, "
            f"of the logits {gaps.logits_gap:.1e}",
        )


def _missed(test: SelfTest) -> Iterator[Finding]:
    for _, catch in test.missed:
        yield Finding("failed", SELF_TEST, catch.case, f"but {catch.fault!r} was not")
