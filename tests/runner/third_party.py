"""Backends of other people, as distributions in a folder: found by entry point, as pip would have installed them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LINEAR = ("run", "--architectures", "linear", "--train-size", "200", "--test-size", "100", "--epochs", "1")
# The reference, and a backend that trains slowly: it writes the number of its next step to `at`, until there is `go`.
ASKED = (*LINEAR[:-1], "3", "--backends", "numpy,slow", "--threads", "1", "--output", "out")
STEPS = 20  # of an epoch of it

MODULE = """
import ctypes, os, signal, subprocess, sys

from mnist_compare.backend import Backend
from mnist_compare_numpy.experiment import NumpyExperiment

BACKEND = Backend(
    name="{name}",
    title="The {name} backend",
    modules={modules!r},
    distributions=("{name}",),
    experiment="{name}_backend:Theirs",
    install="pip install {name}-framework",
)


class Theirs(NumpyExperiment):
    backend = BACKEND

    def train(self, images, targets, steps):
        {action}
        return super().train(images, targets, steps)
"""


def add_backend(folder, name, action="pass", *, modules=("numpy",), source=MODULE):
    """A numpy backend that does `action`, a line of Python, before it trains."""
    information = folder / f"{name}-1.5.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
    (information / "entry_points.txt").write_text(f"[mnist_compare.backends]\n{name} = {name}_backend:BACKEND\n")
    (folder / f"{name}_backend.py").write_text(source.format(name=name, modules=modules, action=action))


def plant_slow(place):
    """The backend `slow` of ASKED."""
    plant(place / "installed", "slow", "step_slowly(self, steps)")


def plant(folder, name, fault, **options):
    """A backend whose first step of training ends in a fault of planted.py."""
    call = fault if fault.endswith(")") else f"{fault}()"
    add_backend(folder, name, f"__import__('planted').{call}", **options)
    shutil.copy(Path(__file__).with_name("planted.py"), folder)


def start_cli(*arguments, cwd, installed, python=sys.executable, report=False, **options):
    """The process of `python -m mnist_compare ARGUMENTS` where the distributions of a folder are installed.

    A comparison makes no `report` unless that is looked at: it takes longer than such small trainings. `options` are
    those of Popen.
    """
    if arguments[0] == "run" and not report:
        arguments = (*arguments, "--no-report")
    paths = [str(installed), *filter(None, [os.environ.get("PYTHONPATH")])]
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    given["env"] = {**os.environ, "COLUMNS": "200", "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(
        [str(python), "-m", "mnist_compare", *map(str, arguments)],
        **{"cwd": cwd, **given, **options},
    )


def run_cli(*arguments, cwd, installed, timeout=120, **options):
    """The same process, finished: its exit code, stdout and stderr."""
    with start_cli(*arguments, cwd=cwd, installed=installed, **options) as process:
        out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err
