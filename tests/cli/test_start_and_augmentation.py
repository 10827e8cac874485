"""`--from`, `--freeze` and `--augmentation` on the command line, and `samples --augmented`."""

import json

import numpy as np
import pytest
from command_line import SMALL, refusal, run_here
from safetensors.numpy import load_file

from mnist_compare.records.results import read_records

RUN = ("run", "--backends", "numpy", "--architectures", "cnn", *SMALL, "--no-latency", "--no-retime")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A folder with a comparison of one network, and one of two."""
    folder = tmp_path_factory.mktemp("first")
    assert run_here(*RUN, "--output", "one", cwd=folder).returncode == 0
    assert run_here(*RUN, "--output", "two", "--seeds", "0,1", cwd=folder).returncode == 0
    return folder


def weights(folder):
    (path,) = folder.glob("runs/*/epoch-001.safetensors")
    return {name: array for name, array in load_file(path).items() if not name.startswith("optimizer/")}


def test_a_comparison_starts_from_another_and_leaves_its_body(first):
    """The frozen layers have the bits of what they start from, and the record says both."""
    asked = (*RUN, "--from", "one", "--freeze", "body", "--seeds", "5,", "--output", "on")
    done = run_here(*asked, cwd=first, report=True)
    assert done.returncode == 0, done.stderr
    before, after = weights(first / "one"), weights(first / "on")
    assert np.array_equal(before["conv1.weight"], after["conv1.weight"])
    assert not np.array_equal(before["linear1.weight"], after["linear1.weight"])
    spec = json.loads((first / "on" / "results.jsonl").read_text().splitlines()[0])["spec"]
    assert spec["recipe"]["freeze"] == ["body"]
    assert spec["start"]["source"].startswith(str(first / "one"))
    told = (first / "on" / "report.md").read_text()
    assert "frozen: body" in told
    assert "from the weights of epoch-001.safetensors" in told


def test_weights_for_other_pixels_are_warned_of(first):
    """Weights that were trained with pixels on another scale are taken on, and a warning says so."""
    done = run_here(*RUN, "--from", "one", "--normalization", "standard", "--output", "scaled", cwd=first)
    assert done.returncode == 0, done.stderr
    assert "see here on another scale" in done.stderr


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--from", "two"), "In two are 2 trained networks 'cnn'. Give one of them: two/runs/"),
        (("--from", "one", "--architectures", "mlp"), "In one is no trained network 'mlp', but cnn."),
        (("--from", "theirs.pth"), "python -m mnist_compare import theirs.pth --architecture cnn"),
        (("--from", "gone.safetensors"), "gone.safetensors"),
        (("--freeze", "conb1"), "no layer of 'cnn' is named by 'conb1'. Did you mean 'conv1'?"),
        (("--augmentation", "rotation"), "Did you mean 'rotate'?"),
        (("--augmentation", "mixup", "--architectures", "linear"), "needs the loss cross_entropy"),
    ],
)
def test_what_cannot_be_is_told_before_anything_starts(first, asked, told):
    """A start, a pattern or an augmentation that cannot be is refused in one sentence, and no folder is made."""
    own = "--architectures" in asked
    given = [word for word in RUN if not own or word not in ("--architectures", "cnn")]
    assert told in refusal(run_here(*given, *asked, "--output", "none", cwd=first))
    assert not (first / "none").exists()


def test_augmented_runs_are_told_and_mirrored_digits_warned_of(first):
    """The report names the augmentations, and a flip of digits is warned of."""
    done = run_here(*RUN, "--augmentation", "flip,rotate", "--output", "augmented", cwd=first, report=True)
    assert done.returncode == 0, done.stderr
    assert "mirrors images" in done.stderr
    assert "augmentation by flip, rotate" in (first / "augmented" / "report.md").read_text()
    (record,) = read_records(first / "augmented")
    assert record.timings[0].times.waiting > 0


def test_samples_show_what_augmentations_make(first):
    """`samples` draws what becomes of images and tells how many a second; a recipe without any is refused."""
    done = run_here("samples", "--augmentation", "rotate,elastic", "--output", "s", cwd=first)
    assert done.returncode == 0, done.stderr
    assert "together: one thread makes" in done.stdout
    assert (first / "s-augmented.png").exists()
    assert "has no augmentations" in refusal(run_here("samples", "--recipe", "cnn", "--output", "t", cwd=first))
