"""Images of other sizes, colours and classes than MNIST's, with networks of one's own, in three frameworks."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from any_images import OWN, SHAPES, made
from commands import run
from PIL import Image

from mnist_compare import Recipe, compare
from mnist_compare.backend import find_backend
from mnist_compare.experiment.checkpoint import read_checkpoint
from mnist_compare.records.record import Status

PROGRAM = Path(__file__).with_name("going_on.py")
FRAMEWORKS = ("torch", "keras", "paddle")
RELAY = "+".join(FRAMEWORKS)
RECIPE = Recipe("own", epochs=3, batch_size=32, precision="float64", normalization="standard")
CASES = ["/".join(case) for case in product(SHAPES, ("matched", "native"), ("eager", "compiled"))]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module", params=SHAPES)
def trained(request, tmp_path_factory):
    """The images, and the matched and the native comparison."""
    data = made(*SHAPES[request.param], 300)
    folder = tmp_path_factory.mktemp(request.param)
    asked = {"recipe": RECIPE, "dataset": data, "threads": 1, "latency": False}
    matched = compare((*FRAMEWORKS, "numpy"), OWN, relay=FRAMEWORKS, output=folder / "matched", **asked)
    return data, matched, compare(FRAMEWORKS, OWN, modes="native", output=folder / "native", **asked)


def outputs_for(comparison, files):
    """What the network of each backend says to image files [N, K]."""
    done = run("predict", "--run", comparison.folder, "--raw", "--json", *files)  # there are no digits in them
    assert done.returncode == 0
    networks = json.loads(done.stdout)
    return {one["backend"]: np.array([image["outputs"] for image in one["images"]]) for one in networks}


def test_all_are_trained_in_both_modes(trained):
    """Each framework trains the network in matched and native mode, and learns something."""
    data, matched, native = trained
    assert {record.backend for record in matched.records} == {*FRAMEWORKS, "numpy", RELAY}
    assert {record.backend for record in native.records} == set(FRAMEWORKS)
    for record in (*matched.records, *native.records):
        assert record.status is Status.DONE
        assert record.spec.architecture.input_shape == data.image_shape
        assert record.test.class_count == data.class_count
        assert record.test_accuracy > 1.5 / data.class_count
    assert (matched.folder / "report.html").exists()


def test_matched_trainings_are_the_reference(trained):
    """In float64 each framework, and the three in turn, end with the weights and the losses of the reference."""
    _, matched, _ = trained
    records = {record.backend: record for record in matched.records}
    weights = {name: read_checkpoint(matched.folder / record.weights)[1] for name, record in records.items()}
    for backend in (*FRAMEWORKS, RELAY):
        assert weights[backend].keys() == weights["numpy"].keys()
        gaps = {name: float(np.abs(weights[backend][name] - array).max()) for name, array in weights["numpy"].items()}
        assert max(gaps.values()) < 1e-9, (backend, gaps)
        assert records[backend].test_loss == pytest.approx(records["numpy"].test_loss, rel=1e-9)
        assert records[backend].test.confusion == records["numpy"].test.confusion


def test_predict_reads_image_files(trained, tmp_path):
    """PNGs of test images get an answer from each network, and of matched ones the reference's."""
    data, matched, native = trained
    files = [tmp_path / f"{i}.png" for i in range(4)]
    for file, image in zip(files, data.test_images, strict=False):
        Image.fromarray(image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)).save(file)
    found = outputs_for(matched, files)
    assert len(found) == 5
    for outputs in found.values():
        assert outputs.shape == (4, data.class_count)
        assert np.abs(outputs - found["numpy"]).max() < 1e-8
    assert [len(outputs) for outputs in outputs_for(native, files).values()] == [4, 4, 4]


@pytest.fixture(scope="module", params=FRAMEWORKS)
def gone_on(request, tmp_path_factory):
    """The checksums of each case: trained whole, and gone on with in another process."""
    folder = tmp_path_factory.mktemp(request.param)
    whole, _, resumed = (in_a_process(request.param, phase, folder) for phase in ("whole", "stopped", "resumed"))
    return whole, resumed


def in_a_process(backend, phase, folder):
    command = [sys.executable, str(PROGRAM), backend, phase, str(folder), *CASES]
    environment = os.environ | find_backend(backend).environment(2)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("case", CASES)
def test_a_training_goes_on_to_the_same_bits(gone_on, case):
    """Stopped in its first epoch or after it, and loaded in another process, it ends with the same checkpoint."""
    whole, resumed = gone_on
    assert resumed[case] == 2 * whole[case]
