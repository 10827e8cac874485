"""What reaches a worker of the settings that a user has made for other purposes."""

import os
import sys

import pytest

from mnist_compare.host.environment import framework_variables, worker_environment
from mnist_compare.host.inherited import KEPT, NAMES, PREFIXES, is_inherited

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


def test_settings_that_change_a_run_do_not_reach_its_worker(monkeypatch):
    """A worker's environment is the same with all these settings as without any of them."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    clean = worker_environment(sys.executable)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    assert worker_environment(sys.executable) == clean


def test_the_rest_reaches_it(monkeypatch):
    """Where packages and libraries are, which GPUs there are, and what is no matter of a run, is left as it is."""
    for name, value in LEFT.items():
        monkeypatch.setenv(name, value)
    assert worker_environment(sys.executable).items() >= LEFT.items()


def test_the_programs_own_settings_are_set(monkeypatch):
    """What makes the frameworks fast and comparable is set, whatever the user has set."""
    for name in framework_variables():
        monkeypatch.setenv(name, "mine")
    assert worker_environment(sys.executable).items() >= framework_variables().items()


@pytest.mark.parametrize("python", [sys.executable, "/opt/other/bin/python"])
def test_no_keras_json_is_read_and_no_module_of_the_current_folder(python):
    """Keras looks for its settings where no file can be; Python looks for no module in the current folder."""
    environment = worker_environment(python)
    assert environment["KERAS_HOME"] == os.devnull
    assert environment["PYTHONSAFEPATH"] == "1"


def test_every_rule_has_its_reason():
    """The rules are data: a prefix or name, and why it is one; no rule undoes another."""
    assert all((PREFIXES | NAMES | KEPT).values())
    assert not any(is_inherited(name) for name in (*PREFIXES, *NAMES))
    assert all(is_inherited(name) for name in KEPT)
