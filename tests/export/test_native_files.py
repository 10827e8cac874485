"""Networks in the files of their own framework, which load without anything of this package."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from full_disk import no_room

from mnist_compare import OutputError, UsageError, compare
from mnist_compare.data.normalize import normalize_images
from mnist_compare.export.networks import export_networks
from mnist_compare_numpy import NumpyExperiment

SMALL = {"train_size": 100, "test_size": 50, "epochs": 1, "threads": 1, "progress": False, "retime": False}
FILES = {
    "torch": ("pt", "pt2"),
    "keras": ("keras", "saved_model"),
    "paddle": ("pdparams", "json"),
}
# What runs a file as the page beside it says, with nothing of this package: {loader}, and then the model's outputs.
PROGRAMS = {
    "pt2": "import torch\n{loader}\nwith torch.no_grad():\n    outputs = model(torch.from_numpy(images)).numpy()",
    "keras": "import keras\n{loader}\noutputs = np.asarray(model(images.transpose(0, 2, 3, 1)))",
    "saved_model": (
        "import tensorflow as tf\nloaded = tf.saved_model.load({file!r})\n"
        "outputs = loaded.serve(tf.constant(images.transpose(0, 2, 3, 1))).numpy()"
    ),
    "json": "import paddle\n{loader}\nmodel.eval()\noutputs = model(paddle.to_tensor(images)).numpy()",
}
BEFORE, AFTER = "import numpy as np\nimages = np.load({images!r})\n", "\nnp.save('out', outputs)"
SLOW = {"keras": pytest.mark.slow, "paddle": pytest.mark.slow}


@pytest.mark.parametrize("backend", [pytest.param(name, marks=SLOW.get(name, ())) for name in FILES])
def test_the_files_of_a_framework(backend, tmp_path):
    """Each is written, checked and said, and what the page beside it says loads it in a program of one's own."""
    if not find_spec({"keras": "tensorflow"}.get(backend, backend)):
        pytest.skip(f"{backend} is not installed")
    comparison = compare(backend, "lenet", output=tmp_path / "out", **SMALL)
    told = []
    folder = export_networks(comparison.folder, "native", say=told.append).folder
    assert len(told) == 2
    assert all(f"outputs of the file within 0.0e+00 of {backend}'s own" in line or "e-0" in line for line in told)
    (page,) = folder.glob(f"lenet-{backend}-seed0-*.md")
    images = normalize_images(np.random.default_rng(8).integers(0, 256, (3, 1, 28, 28), dtype=np.uint8), 0.0, 1.0)
    np.save(tmp_path / "images.npy", images)
    experiment = NumpyExperiment.load(comparison.folder / comparison.records[0].weights)
    wanted = experiment.logits(images)
    for suffix in FILES[backend]:
        (file,) = (path.name for path in folder.glob(f"lenet-*.{suffix}"))
        (loader,) = (line for line in page.read_text().splitlines() if f'"{file}"' in line)
        if suffix in PROGRAMS:
            program = (
                "import numpy as np\nimages = np.load({images!r})\n" + PROGRAMS[suffix] + "\nnp.save('out', outputs)"
            )
            program = program.format(images=str(tmp_path / "images.npy"), loader=loader, file=file)
            done = subprocess.run(
                [sys.executable, "-I", "-c", program], cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr[-2000:]
            assert np.abs(np.load(folder / "out.npy") - wanted).max() < 1e-4


@pytest.mark.parametrize("backend", [pytest.param(name, marks=SLOW.get(name, ())) for name in FILES])
def test_a_full_disk_is_told_whatever_the_framework(backend, tmp_path):
    """Where a framework has no room for a file, that file and the reason are the error, and no folder is left."""
    if not find_spec({"keras": "tensorflow"}.get(backend, backend)):
        pytest.skip(f"{backend} is not installed")
    comparison = compare(backend, "mlp", output=tmp_path / "out", **SMALL)
    with no_room(20_000), pytest.raises(OutputError, match=r"^Cannot write .*mlp-.*: File too large\.$"):
        export_networks(comparison.folder, "native")
    assert not (comparison.folder / "native").exists()


def test_a_backend_without_files_of_its_own(tmp_path):
    """The reference is no framework: what else takes its network is said."""
    comparison = compare("numpy", "linear", output=tmp_path / "out", engine="inline", **SMALL)
    told = []
    with pytest.raises(UsageError, match="has files of its own framework: take another format"):
        export_networks(comparison.folder, "native", say=told.append)
    assert "numpy has no files of its own; --to onnx and --to safetensors take its network" in told[0]
    assert not (comparison.folder / "native").exists()
