import json

import pytest

from benchmarks.given import given
from benchmarks.process import start
from benchmarks.size import FRAMEWORKS, FULL, frameworks
from benchmarks.task import Task
from mnist_compare.backend import find_backend

NETWORKS = [name.replace("resnet18", "resnet18_narrow") for name in FULL.overhead]
# The framework takes the steps one by one: to compile ten graphs would take a minute.
SCRIPT = """
import importlib, json, os, sys
from benchmarks.task import Task

pipe = os.dup(1)
os.dup2(2, 1)
framework, *names = sys.argv[1:]
bare = importlib.import_module(f"benchmarks.bare_{framework}")
if framework == "keras":
    bare.tf.config.run_functions_eagerly(True)
samples = [bare.measure(Task(name, images=16, batch_size=8)) for name in names]
os.write(pipe, json.dumps({n: (s.loss, s.parameters) for n, s in zip(names, samples)}).encode())
"""


def reference(name):
    """The mean loss of two steps in NumPy, and the number of parameters."""
    work = given(Task(name, images=16, batch_size=8))
    experiment = find_backend("numpy").load()(work.architecture, work.recipe, seed=0)
    images = experiment.to_device(work.data.train_images)
    targets = experiment.to_device(experiment.targets(work.data.train_labels))
    return experiment.train(images, targets, work.epochs[0]).mean(), work.architecture.parameter_count


@pytest.fixture(scope="module")
def references():
    return {name: reference(name) for name in NETWORKS}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_networks_by_hand_are_those_of_the_program(framework, references):
    """The bare loops train the same networks by the same steps: the loss after a step and the parameters agree."""
    if framework not in frameworks():
        pytest.skip(f"{framework} is not installed")
    found = json.loads(start(["-c", SCRIPT, framework, *NETWORKS]).stdout)
    assert found.keys() == references.keys()
    for name, (loss, parameters) in references.items():
        assert found[name] == [pytest.approx(loss, rel=1e-3), parameters], name
