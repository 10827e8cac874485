import os
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.host.gpus import describe_gpus
from mnist_compare.host.libraries import library_versions
from mnist_compare.host.machine import affinity, describe_machine, load_average, ranges
from mnist_compare.recipe import RECIPES
from mnist_compare.records.spec import DataSpec, RunSpec
from mnist_compare.runner.provenance import command_line, make_provenance
from mnist_compare.worker.environment import gather_environment


def test_this_machine_is_described():
    """The machine's facts are known, and the same each time, so that its runs are seen to be of one machine."""
    machine = describe_machine()
    assert machine["cpu"]
    assert 1 <= machine["usable_cores"] <= machine["cores"]
    assert machine["memory_bytes"] == psutil.virtual_memory().total
    describe_machine.cache_clear()
    assert describe_machine() == machine


def test_the_libraries_that_shape_numbers_are_named():
    """NumPy and the BLAS that it computes with are among the versions."""
    versions = library_versions()
    assert versions["numpy"] == np.__version__
    assert {"mnist-compare", "python", "msgspec", "safetensors"} <= set(versions)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    assert versions["blas of numpy"].startswith(blas["name"])


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system has no affinity")
def test_the_cpus_in_use_are_ranges():
    """The CPUs that a run may use are short to read, and say the same as the system."""
    assert ranges([0, 1, 2, 5, 7, 8]) == "0-2,5,7-8"
    assert ranges([]) == ""
    cpus = set()
    for part in affinity().split(","):
        first, _, last = part.partition("-")
        cpus |= set(range(int(first), int(last or first) + 1))
    assert cpus == os.sched_getaffinity(0)


def test_a_system_without_load_is_no_error(monkeypatch):
    """The load is a number of processes, and None where the system does not count them, as on Windows."""
    assert load_average() >= 0
    monkeypatch.delattr(os, "getloadavg")
    assert load_average() is None


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["/x/mnist_compare/__main__.py", "run", "--name", "my net"], "python -m mnist_compare run --name 'my net'"),
        (["/usr/bin/mnist-compare", "--seeds", "0,1"], "mnist-compare --seeds 0,1"),
        (["C:/mnist-compare.exe"], "mnist-compare"),
        (["train.py", "--fast"], "compare(...)"),
        ([""], "compare(...)"),
        ([], "compare(...)"),
    ],
)
def test_the_command_is_as_a_user_types_it(arguments, command):
    """A command can be copied from a record into a shell; a program that uses the library is a call."""
    assert command_line(arguments) == command


def test_the_code_of_a_run_is_the_core_and_its_backends():
    """A relay's numbers come from the adapters of all its backends."""
    told = [gather_environment(name) for name in ("torch", "numpy")]
    spec = RunSpec("torch+numpy", ARCHITECTURES["mlp"], RECIPES["mlp"], DataSpec("mnist", "", 300, 100))
    assert set(make_provenance(spec, told, None).code) == {
        "mnist_compare",
        "mnist_compare_torch",
        "mnist_compare_numpy",
    }


def test_gpus_are_read_from_the_tool(tmp_path, monkeypatch):
    """Each GPU that nvidia-smi names is there with its driver."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H200, 570.86.15'\necho 'Tesla, T4, 570.86.15'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_gpus() == [
        {"model": "NVIDIA H200", "driver": "570.86.15"},
        {"model": "Tesla, T4", "driver": "570.86.15"},
    ]


def test_gpus_are_read_from_the_driver_where_the_tool_is_missing(tmp_path, monkeypatch):
    """In a container without nvidia-smi, the driver's own files name the GPU; without a driver there is none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_gpus(tmp_path) == []
    place = tmp_path / "gpus" / "0000:01:00.0"
    place.mkdir(parents=True)
    (place / "information").write_text("Model: \t\t NVIDIA H200\nIRQ:   \t\t 100\n")
    version = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:\n"
    Path(tmp_path / "version").write_text(version)
    assert describe_gpus(tmp_path) == [{"model": "NVIDIA H200", "driver": "535.104.05"}]


def test_a_broken_tool_is_no_error(tmp_path, monkeypatch):
    """An nvidia-smi that cannot reach its driver gives no GPU."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed, is the driver loaded?'\nexit 9\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_gpus(tmp_path) == []
