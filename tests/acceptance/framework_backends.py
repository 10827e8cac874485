"""Backends of other people that are a framework's own experiment, but for a line of Python before it trains."""

import shutil
from pathlib import Path

from third_party import add_backend

EXPERIMENTS = {"torch": "TorchExperiment", "keras": "KerasExperiment", "paddle": "PaddleExperiment"}
BACKEND = """
from msgspec.structs import replace
from mnist_compare_{framework}.backend import BACKEND as FRAMEWORK

BACKEND = replace(FRAMEWORK, name="{name}", aliases=(), experiment="{name}_experiment:Theirs")
"""
SOURCE = """
import planted
from mnist_compare_{framework}.experiment import {experiment}
from {name}_backend import BACKEND


class Theirs({experiment}):
    backend = BACKEND

    def train(self, images, targets, steps):
        {action}
        return super().train(images, targets, steps)
"""


def describe_framework(folder: Path, framework: str, name: str) -> None:
    """The framework's backend under another name, whose experiment is `Theirs` in NAME_experiment.py."""
    add_backend(folder, name, source=BACKEND.replace("{framework}", framework))


def plant_framework(folder: Path, framework: str, name: str, action: str) -> None:
    """The backend `name`, which does `action` before it trains."""
    describe_framework(folder, framework, name)
    source = SOURCE.format(framework=framework, experiment=EXPERIMENTS[framework], name=name, action=action)
    (folder / f"{name}_experiment.py").write_text(source)
    shutil.copy(Path(__file__).parents[1] / "runner" / "planted.py", folder)
