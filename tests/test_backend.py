import os
import subprocess
import sys

import pytest

from mnist_compare.backend import Backend, backends, find_backend
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.host.environment import library_variables, physical_cores
from mnist_compare.interpreters.choice import backend_names, choose
from mnist_compare.interpreters.creation import creatable

FRAMEWORKS = ("torch", "torchvision", "tensorflow", "keras", "paddle")


def test_the_four_backends_are_found():
    """The three frameworks and the reference are found, in the order in which tables show them."""
    assert list(backends())[:4] == ["torch", "keras", "paddle", "numpy"]
    assert all(find_backend(name).name == name for name in backends())


def test_an_unknown_backend_suggests_the_nearest():
    """A misspelt backend is a UsageError with the nearest name and the valid ones."""
    with pytest.raises(UsageError, match=r"Unknown backend 'pytroch'. Did you mean 'torch'\? Valid: torch, keras"):
        find_backend("pytroch")


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        *(("pytorch", "torch"), ("PyTorch", "torch"), ("tensorflow", "keras"), ("TF", "keras"), ("Keras", "keras")),
        *(("paddlepaddle", "paddle"), ("np", "numpy")),
    ],
)
def test_other_names_of_a_backend_are_taken(alias, name):
    """What plainly means a backend is taken for it: the framework's full name, the one below it, capitals."""
    assert find_backend(alias).name == name
    assert backend_names([alias, name], choose({})) == [name]
    assert name == "numpy" or creatable([alias]) == [name]


def test_a_framework_that_is_not_installed():
    """A backend whose framework is missing is described, and says with which command it is installed."""
    absent = Backend(
        "absent", "Absent", ("no_such_module", "os"), ("no-such-dist",), "absent.experiment:X", "pip install x"
    )
    assert absent.missing() == ["no_such_module"]
    assert absent.versions() == {}
    with pytest.raises(BackendError, match=r"Backend 'absent' needs no_such_module, .* Install it with: pip install x"):
        absent.load()


def test_versions_are_those_of_the_packages():
    """A backend tells the installed versions of its packages."""
    import numpy

    assert find_backend("numpy").versions() == {"numpy": numpy.__version__}


def test_describing_the_backends_imports_no_framework():
    """Listing the backends, as `doctor` and `--help` do, imports no framework."""
    code = "from mnist_compare.backend import backends; backends(); import sys; print(','.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not set(done.stdout.strip().split(",")) & set(FRAMEWORKS)


def test_all_frameworks_get_the_same_threads():
    """One number of threads is told to every library in its own variable."""
    for backend in backends().values():
        variables = backend.environment(3)
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", *backend.thread_variables)
        assert {variables[name] for name in names} == {"3"}
    assert 1 <= physical_cores() <= os.cpu_count()


def test_the_users_environment_has_the_last_word_in_a_process_of_their_own(monkeypatch):
    """What stands in the environment already is not overwritten; the rest is set."""
    keras = find_backend("keras")
    set_here = keras.environment(1) | library_variables()
    for name in set_here:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    keras.prepare()
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
    assert os.environ["MKL_NUM_THREADS"] == str(physical_cores())
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "0"
    for name in set_here:
        monkeypatch.delenv(name, raising=False)
