"""A state file that torchvision has made is taken on: the same logits, and a last layer trained in three frameworks."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_compare import load_dataset, subset
from mnist_compare.records.results import read_records

FASHION = Path("/usr/share/datasets/fashion-mnist")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
STATE = """
import torch
from benchmarks.documented_torch import define_operators
library = define_operators()
from torchvision import models

torch.manual_seed(5)
model = models.resnet18().eval()
torch.save(model.state_dict(), "resnet18.pth")
images = torch.rand(4, 3, 224, 224, generator=torch.Generator().manual_seed(1))
with torch.no_grad():
    torch.save(model(images), "logits.pt")
"""
LOGITS = """
import torch
from mnist_compare_torch import TorchExperiment

experiment = TorchExperiment.load("published.safetensors", device="cpu")
images = torch.rand(4, 3, 224, 224, generator=torch.Generator().manual_seed(1))
wanted = torch.load("logits.pt", weights_only=True).numpy()
found = experiment.logits(images)
print(abs(found - wanted).max() / abs(wanted).max())
"""


def python(*arguments, cwd):
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_published_weights_train_a_last_layer(tmp_path, record_property):
    """The logits are torchvision's; frozen, the network learns clothes in one epoch, and alike in every framework."""
    network = ("-a", "resnet18_imagenet")
    root = Path(__file__).parents[2]
    python("-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{STATE}", cwd=tmp_path)
    python("-m", "mnist_compare", "import", "resnet18.pth", *network, "-o", "published.safetensors", cwd=tmp_path)
    gap = float(python("-c", LOGITS, cwd=tmp_path))
    record_property("gap of the logits", gap)
    assert gap <= 1e-5
    data = subset(load_dataset(FASHION if FASHION.exists() else "mnist"), train_size=320, test_size=100)
    arrays = {"x_train": data.train_images, "y_train": data.train_labels}
    arrays |= {"x_test": data.test_images, "y_test": data.test_labels}
    np.savez(tmp_path / "small.npz", **{name: np.squeeze(array) for name, array in arrays.items()})
    asked = (
        "--dataset",
        "small.npz",
        "--resize",
        "224",
        "--rgb",
        "--from",
        "published.safetensors",
        "--freeze",
        "body",
    )
    run = ("-b", "torch,keras,paddle", *network, "-e", "1", "--no-report", "--no-retime", "--no-latency")
    python("-m", "mnist_compare", "run", *run, *asked, "--output", "out", cwd=tmp_path)
    found = {record.backend: record.test for record in read_records(tmp_path / "out")}
    record_property("accuracies", {name: test.accuracy for name, test in found.items()})
    assert len(found) == 3
    losses = [test.loss for test in found.values()]
    assert max(losses) - min(losses) <= 1e-3 * min(losses)
