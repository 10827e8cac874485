"""What one framework has learned is taken on by the others: frozen to the bit, and certified."""

import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file

from mnist_compare import load_dataset
from mnist_compare.records.results import read_records

RECIPE = """
name = "transfer"
optimizer = { type = "adam", learning_rate = 0.01 }
batch_size = 64
epochs = 30
"""


def command(*arguments, cwd):
    done = subprocess.run(
        [sys.executable, "-m", "mnist_compare", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """Digits 0 to 4, and 1,000 images of 5 to 9, as sets of five classes; a torch network trained on the first."""
    folder = tmp_path_factory.mktemp("digits")
    data = load_dataset("mnist")
    for name, first, most in (("low", 0, 30_000), ("high", 5, 1_000)):
        train, test = (np.isin(labels, range(first, first + 5)) for labels in (data.train_labels, data.test_labels))
        np.savez(
            folder / f"{name}.npz",
            x_train=data.train_images[train][:most, 0],
            y_train=data.train_labels[train][:most] - first,
            x_test=data.test_images[test][:, 0],
            y_test=data.test_labels[test] - first,
        )
    (folder / "recipe.toml").write_text(RECIPE)
    run = ("--no-report", "--no-retime", "--no-latency")
    command("run", "-b", "torch", "-a", "cnn", "-e", "4", "--dataset", "low.npz", *run, "--output", "low", cwd=folder)
    return folder


@pytest.mark.slow
def test_a_body_of_torch_is_taken_on_by_keras_and_paddle(digits, record_property):
    """The last layer learns 5 to 9 from 1,000 images; the body keeps torch's bits in every framework."""
    asked = ("--dataset", "high.npz", "--recipe", "recipe.toml", "-a", "cnn", "--no-report", "--no-retime")
    transfer = ("--from", "low", "--freeze", "body", "--output", "high")
    command("run", "-b", "keras,paddle,torch", *asked, *transfer, cwd=digits)
    command("run", "-b", "torch", *asked, "--output", "fresh", cwd=digits)
    (start,) = (record.weights for record in read_records(digits / "low"))
    before = load_file(digits / "low" / start)
    for record in read_records(digits / "high"):
        after = load_file(digits / "high" / record.weights)
        frozen = [name for name in before if name.startswith("conv")]
        assert frozen
        assert all(np.array_equal(before[name], after[name]) for name in frozen), record.backend
        assert record.test.accuracy >= 0.95
        record_property(record.backend, record.test.accuracy)
    (fresh,) = read_records(digits / "fresh")
    record_property("torch from nothing", fresh.test.accuracy)


@pytest.mark.slow
@pytest.mark.parametrize("freeze", ["body", "conv1"])
def test_transfer_is_the_same_training(digits, freeze):
    """In float64 the steps from these weights, with frozen layers, are the same in all backends."""
    asked = ("--dataset", "high.npz", "--recipe", "recipe.toml", "-a", "cnn", "--from", "low", "--freeze", freeze)
    told = command("certify", "-b", "torch,keras,paddle", *asked, "--steps", "50", "--output", freeze, cwd=digits)
    assert "run the same training of cnn" in told


@pytest.mark.slow
@pytest.mark.parametrize("norms", ["running", "batch"])
def test_frozen_batch_norms_are_the_same_training(tmp_path, norms):
    """Frozen batch norms by their running statistics, and by those of the batch, are the same in all backends."""
    (tmp_path / "recipe.toml").write_text(f'{RECIPE}freeze = ["body"]\nfrozen_norms = "{norms}"\n')
    asked = (
        "-a",
        "resnet18_narrow",
        "--recipe",
        "recipe.toml",
        "--train-size",
        "640",
        "--steps",
        "5",
        "--output",
        "out",
    )
    assert "run the same training of resnet18_narrow" in command(
        "certify", "-b", "torch,keras,paddle", *asked, cwd=tmp_path
    )
