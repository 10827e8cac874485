"""What reaches a worker of the settings that a user has made for other purposes."""

import os
import sys

import pytest

from mnist_compare.backend import backends, find_backend
from mnist_compare.host.environment import library_variables, worker_environment
from mnist_compare.host.inherited import KEPT, NAMES, PREFIXES, is_inherited
from mnist_compare.worker.process import Launch

SETTINGS = {
    "CPU_NUM": "7",
    "CUBLASLT_WORKSPACE_SIZE": "1",
    "DNNL_DEFAULT_FPMATH_MODE": "BF16",
    "FLAGS_check_nan_inf": "1",
    "FLAGS_cudnn_deterministic": "1",
    "GLIBC_TUNABLES": "glibc.malloc.arena_max=1",
    "KERAS_BACKEND": "jax",
    "KERAS_HOME": "/tmp",
    "KMP_BLOCKTIME": "infinite",
    "MALLOC_ARENA_MAX": "1",
    "MKL_CBWR": "COMPATIBLE",
    "NPY_DISABLE_CPU_FEATURES": "AVX2",
    "NVIDIA_TF32_OVERRIDE": "1",
    "OMP_NUM_THREADS": "7",
    "OPENBLAS_CORETYPE": "Prescott",
    "PYTHONHASHSEED": "3",
    "PYTHONINSPECT": "1",
    "PYTHONIOENCODING": "latin-1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTORCH_CUDA_ALLOC_CONF": "backend:native",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2",
    "TORCHDYNAMO_DISABLE": "1",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "1",
    "XLA_FLAGS": "--xla_cpu_enable_fast_math=true",
}
LEFT = {
    "CUDA_VISIBLE_DEVICES": "0",
    "HTTPS_PROXY": "http://proxy:3128",
    "LD_LIBRARY_PATH": "/opt/cuda/lib64",
    "PYTHONPATH": "/opt/packages",
    "TORCHINDUCTOR_CACHE_DIR": "/scratch/inductor",
}
SHARED = {
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    "GOMP_SPINCOUNT": "5000",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MKL_NUM_THREADS": "3",
    "NVIDIA_TF32_OVERRIDE": "0",
    "OMP_NUM_THREADS": "3",
    "OPENBLAS_NUM_THREADS": "3",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": str(sys.flags.utf8_mode),
}
OWN = {
    "torch": {},
    "keras": {
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": os.devnull,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "3",
    },
    "paddle": {},
    "numpy": {},
}
FOR_CERTIFICATES = {
    "torch": {},
    "keras": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "paddle": {"FLAGS_cudnn_deterministic": "1"},
    "numpy": {},
}
OF_MKL = "MKL_DEBUG_CPU_TYPE"  # on processors of AMD, in every worker


def environment(backend):
    """That of a worker of the backend, with three threads."""
    return Launch(backend, sys.executable, 3).environment()


@pytest.mark.parametrize("backend", backends())
def test_settings_that_change_a_run_do_not_reach_its_worker(backend, monkeypatch):
    """A worker's environment is the same with all these settings as without any of them."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    clean = environment(backend)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    assert environment(backend) == clean


@pytest.mark.parametrize("backend", OWN)
def test_a_worker_gets_what_all_get_and_what_its_framework_reads(backend, monkeypatch):
    """What a worker has beside the user's own variables is exactly this, and nothing of another framework's."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    users = {name: value for name, value in os.environ.items() if is_inherited(name)}
    given = environment(backend)
    assert {**given, OF_MKL: ""} == {**users, **SHARED, **OWN[backend], OF_MKL: ""}
    assert given.get(OF_MKL) == library_variables().get(OF_MKL)
    assert find_backend(backend).certificate_variables == FOR_CERTIFICATES[backend]


def test_the_rest_reaches_it(monkeypatch):
    """Where packages and libraries are, which GPUs there are, and what is no matter of a run, is left as it is."""
    for name, value in LEFT.items():
        monkeypatch.setenv(name, value)
    assert worker_environment(sys.executable).items() >= LEFT.items()


def test_the_programs_own_settings_are_set(monkeypatch):
    """What makes the frameworks fast and comparable is set, whatever the user has set."""
    for name in SHARED | OWN["keras"]:
        monkeypatch.setenv(name, "mine")
    assert environment("keras").items() >= (SHARED | OWN["keras"]).items()


@pytest.mark.parametrize("python", [sys.executable, "/opt/other/bin/python"])
def test_no_module_of_the_current_folder_is_imported(python):
    """Python looks for no module in the current folder."""
    assert worker_environment(python)["PYTHONSAFEPATH"] == "1"


def test_every_rule_has_its_reason():
    """The rules are data: a prefix or name, and why it is one; no rule undoes another."""
    assert all((PREFIXES | NAMES | KEPT).values())
    assert not any(is_inherited(name) for name in (*PREFIXES, *NAMES))
    assert all(is_inherited(name) for name in KEPT)
