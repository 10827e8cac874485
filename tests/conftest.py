import os

# Before NumPy is imported: on small matrices a second thread gains nothing, and waits for ever on a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import signal

import pytest
from xdist.scheduler import LoadFileScheduling

from mnist_compare.data import load_dataset, normalize, subset

SHARING = ("tests/backends/test_backend_", "tests/backends/test_layer_"), ("tests/certify_selftest/",)

# A shell that starts the tests in the background lets them ignore these, and every process that they start.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)


class ByFile(LoadFileScheduling):
    """Each file goes to one process.

    The files that share what each backend has computed, or the faults of the reference, go to the same one.
    """

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return next((group[0] for group in SHARING if file.startswith(group)), file)


def pytest_xdist_make_scheduler(config, log):
    """While one process waits for what a backend computes, another one has tests of its own."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def own_environments(tmp_path_factory):
    """No test finds the environments that whoever runs it has made for himself."""
    os.environ["MNIST_COMPARE_ENVS"] = str(tmp_path_factory.mktemp("envs"))


@pytest.fixture(scope="session")
def mnist():
    """The embedded MNIST."""
    return load_dataset("mnist")


@pytest.fixture(scope="session")
def small(mnist):
    """300 training, 60 validation and 100 test images of MNIST."""
    return subset(mnist, train_size=300, test_size=100, validation=60)


@pytest.fixture(scope="session")
def arrays(small):
    """The small set, normalized, in float64."""
    return normalize(small, "unit", "float64")
