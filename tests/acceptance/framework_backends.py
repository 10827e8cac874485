"""Backends of other people that are a framework's own experiment, but for a line of Python before it trains."""

import shutil
from pathlib import Path

from third_party import MODULE, add_backend

EXPERIMENTS = {"torch": "TorchExperiment", "keras": "KerasExperiment", "paddle": "PaddleExperiment"}
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


def plant_framework(folder: Path, framework: str, name: str, action: str) -> None:
    """The backend `name`, which does `action` before it trains."""
    # The command imports the description of a backend: it must not import the framework.
    described = MODULE[: MODULE.index("class Theirs")].replace("from mnist_compare_numpy", "# not")
    add_backend(folder, name, source=described.replace("{name}_backend:Theirs", "{name}_experiment:Theirs"))
    source = SOURCE.format(framework=framework, experiment=EXPERIMENTS[framework], name=name, action=action)
    (folder / f"{name}_experiment.py").write_text(source)
    shutil.copy(Path(__file__).parents[1] / "runner" / "planted.py", folder)
