"""Real traces of the reference on a few images, and traces in which one thing is changed."""

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from mnist_compare.architecture.documented import find_architecture
from mnist_compare.backend import find_backend
from mnist_compare.certify.case import make_case
from mnist_compare.certify.subject import Subject
from mnist_compare.certify.trace import Recorder, Trace
from mnist_compare.recipe import find_recipe
from mnist_compare.records.spec import DataSpec


def small_case(architecture="convnet", *, steps=10, **changes):
    """A case in float64 on 300 training and 100 test images."""
    network = find_architecture(architecture)
    recipe = find_recipe(network.recipe).changed(**{"precision": "float64"} | changes)
    return make_case(network, recipe, DataSpec("mnist", "0" * 64, 300, 100), steps=steps)


def record(case, arrays, path, *, nudged=False):
    """The trace of the case on the reference."""
    experiment = find_backend("numpy").load()(case.architecture, case.recipe, seed=case.seed)
    Recorder(experiment, arrays, case.trace_spec(Subject("numpy"), nudged=nudged)).record(path)
    return path


def changed(path, change, name="changed.safetensors"):
    """The trace in the file after `change` has worked on its arrays (a dict)."""
    with safe_open(path, framework="numpy") as file:
        arrays = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 (no dict)
    change(arrays)
    other = path.with_name(name)
    save_file(arrays, other)
    return Trace(other)
