"""Real interpreters for tests: virtual environments that borrow the light packages of this one by links."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import mnist_compare

FRAMEWORKS = ("torch", "tensorflow", "keras", "paddle")
OWN = Path(mnist_compare.__file__).parent

ADAPTER = """
import sys

from mnist_compare.backend import Backend
from mnist_compare_numpy.experiment import NumpyExperiment

BACKEND = Backend(
    name="mine",
    title="My backend",
    modules=("mine_framework",),
    distributions=("mine-framework",),
    experiment="mine_backend:Mine",
    install="pip install mine-framework",
)


class Mine(NumpyExperiment):
    backend = BACKEND

    def train(self, images, targets, steps):
        print("trained by", sys.executable, file=sys.stderr)
        return super().train(images, targets, steps)
"""


def make_python(folder, *, package=OWN):
    """A virtual environment with the packages of this one, less all frameworks, and this mnist_compare or a copy.

    Gives its site-packages; its interpreter is FOLDER/bin/python.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    place = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder), "platbase": str(folder)}))
    for name in ("purelib", "platlib"):
        for path in Path(sysconfig.get_path(name)).iterdir():
            borrowed = path.suffix != ".pth" and path.stem not in (OWN.name, "__pycache__")
            if borrowed and not path.name.startswith((*FRAMEWORKS, "pip")) and not (place / path.name).exists():
                (place / path.name).symlink_to(path)
    for path in (package, *backend_packages()):
        if not (place / path.name).exists():
            (place / path.name).symlink_to(path)
    return place


def backend_packages():
    """The folders of the four backends' packages."""
    root = OWN.parent
    found = [*root.glob("mnist_compare_*/__init__.py"), *root.glob("backends/mnist_compare_*/__init__.py")]
    return [path.parent for path in found]


def copy_package(folder, file="__init__.py", old="", new="\n# another line\n"):
    """A copy of this mnist_compare in which a file has a line more, or another text in the place of an old one."""
    copy = shutil.copytree(OWN, folder / OWN.name, ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new) if old else text + new)
    return copy


def add_adapter(folder, *, source=ADAPTER):
    """The adapter of the backend `mine`, as a distribution in a folder."""
    information = folder / "mine_backend-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: mine-backend\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[mnist_compare.backends]\nmine = mine_backend:BACKEND\n")
    (folder / "mine_backend.py").write_text(source)


def add_framework(folder, version):
    """The framework of the backend `mine`, in some version."""
    information = folder / f"mine_framework-{version}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mine-framework\nVersion: {version}\n")
    (folder / "mine_framework.py").write_text("")


def run_program(*arguments, cwd, installed=None, **variables):
    """The finished process of `python -m mnist_compare ARGUMENTS`, with the distributions of a folder installed.

    `run` makes no report: nothing of an interpreter is seen in it that is not in the record.
    """
    if arguments[0] == "run":
        arguments = (*arguments, "--no-report")
    paths = [str(installed)] if installed else []
    paths += filter(None, [os.environ.get("PYTHONPATH")])
    return subprocess.run(
        [sys.executable, "-m", "mnist_compare", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", "PYTHONPATH": os.pathsep.join(paths), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refusal(result):
    """The message of a command that did nothing but say what is wrong."""
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    _, found, message = result.stderr.partition("Error: ")
    assert found
    return message.strip()
