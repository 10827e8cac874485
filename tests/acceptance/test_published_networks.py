"""The classic networks in every framework: their parameters, and logits where torchvision has the network too."""

import subprocess
import sys

import pytest

from mnist_compare.architecture.classic import CLASSIC, IMAGENET

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

COUNTED = [*CLASSIC, "resnet18_imagenet", "resnet50_imagenet", "googlenet_imagenet"]
COUNT = """
import sys
from mnist_compare.architecture.documented import NETWORKS
from mnist_compare.backend import find_backend
Experiment = find_backend(sys.argv[1]).load()
for name in sys.argv[2].split(","):
    model = Experiment(name, device="cpu", mode="native").framework_model()
    arrays = model.trainable_weights if sys.argv[1] == "keras" else [p for p in model.parameters()]
    arrays = [a for a in arrays if sys.argv[1] != "paddle" or not a.stop_gradient]
    count = sum(int(__import__("math").prod(a.shape)) for a in arrays)
    assert count == NETWORKS[name].parameter_count, (name, count)
"""
LOGITS = """
import sys
import numpy as np
import torch
from benchmarks.documented_torch import define_operators
library = define_operators()
from torchvision import models
from mnist_compare_torch import TorchExperiment

experiment = TorchExperiment(f"{sys.argv[1]}_imagenet", device="cpu", seed=3)
weights = experiment.weights()
theirs = getattr(models, sys.argv[1])().eval()
state = theirs.state_dict()
buffers = [name for name, _ in theirs.named_buffers() if not name.endswith("num_batches_tracked")]
kept = [*(name for name, _ in theirs.named_parameters()), *buffers]  # in the order in which both make their modules
assert len(kept) == len(weights)
for name, (own, array) in zip(kept, weights.items()):
    assert state[name].shape == array.shape, (name, own)
    state[name] = torch.from_numpy(np.array(array))
theirs.load_state_dict(state)
images = np.random.default_rng(0).standard_normal((4, 3, 224, 224)).astype(np.float32)
with torch.no_grad():
    wanted = theirs(torch.from_numpy(images)).numpy()
found = experiment.logits(experiment.to_device(images))
gap = np.abs(found - wanted).max() / np.abs(wanted).max()
print(gap)
assert gap <= 1e-5, gap
"""


def python(program, *arguments):
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout)  # noqa: T201
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("backend", ["torch", "keras", "paddle"])
def test_native_models_have_as_many_parameters(backend):
    """Each framework's own model of a network has the parameters that the core counts."""
    python(COUNT, backend, ",".join(COUNTED))
    assert IMAGENET.keys() >= {"resnet18_imagenet"}


@pytest.mark.parametrize("name", ["resnet18", "vgg16"])
def test_logits_are_those_of_torchvision(name):
    """With the same weights the published model of torchvision gives the same logits."""
    python(LOGITS, name)
