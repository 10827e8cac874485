"""Images that are changed by options of the command line, and what is asked of them afterwards."""

import msgspec
import numpy as np
import pytest
from command_line import refusal, run_here
from PIL import Image

from mnist_compare import ImageChanges, open_comparison
from mnist_compare.cli.prepared import see
from mnist_compare.data.changes import find_changes
from mnist_compare.data.look import DataWarning
from mnist_compare.records.spec import DataSpec
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.page.page import report_page
from mnist_compare.runner.data_spec import open_data

CHANGED = ("--resize", "28", "--gray", "--pad")
RUN = (
    "run",
    "-b",
    "numpy",
    "-a",
    "mlp",
    "-e",
    "20",
    "--batch-size",
    "5",
    "--no-latency",
    "--no-retime",  # which on a busy machine adds a record
    "--dataset",
    "colours.npz",
    "-o",
    "out",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with coloured images of 32 x 30, light on dark, and a comparison on them, changed."""
    place = tmp_path_factory.mktemp("changed")
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 10
    images = (rng.integers(0, 256, (10, 32, 30, 3))[labels] * rng.uniform(0.5, 1, (60, 1, 1, 1))).astype(np.uint8)
    np.savez(place / "colours.npz", x_train=images, y_train=labels, x_test=images[:20], y_test=labels[:20])
    Image.fromarray(images[3]).save(place / "three.png")
    done = run_here(*RUN, *CHANGED, cwd=place)
    assert done.returncode == 0, done
    assert "Data: The images were made gray, padded to 32x32 and resized from 32x32 to 28x28." in done.stderr
    return place


def test_record_and_report_say_what_was_changed(place):
    """The record has the changes and the shape from before, the report a sentence, and its images are found again."""
    (record,) = (msgspec.json.decode(line) for line in (place / "out" / "results.jsonl").read_bytes().splitlines())
    changes = {"gray": True, "pad": "square", "resize": [28, 28], "before": [3, 32, 30]}
    assert record["spec"]["data"]["changes"] == changes
    records = open_comparison(place / "out").records
    told = "The images were made gray, padded to 32x32 and resized from 32x32 to 28x28."
    assert told in report_markdown(records, {})
    assert told in report_page(records)
    assert open_data(records[0].spec.data).image_shape == (1, 28, 28)


def test_the_same_command_goes_on(place):
    """With the same changes nothing is trained again; with others it is another comparison."""
    assert run_here(*RUN, *CHANGED, cwd=place).returncode == 0
    assert len((place / "out" / "results.jsonl").read_bytes().splitlines()) == 1
    assert "Give another folder" in run_here(*RUN, "--gray", cwd=place).stderr


def test_a_picture_is_changed_as_the_data_were(place):
    """What the networks see of a picture is the training image that was made of it, bit by bit."""
    done = run_here("predict", "--run", "out", "three.png", "--save-prepared", "saved", cwd=place)
    assert done.returncode == 0, done
    assert done.stdout.startswith("three.png\n  numpy mlp matched seed 0 float32  ")
    with np.load(place / "colours.npz") as arrays:
        expected = find_changes(28, gray=True, pad=True).of(np.moveaxis(arrays["x_train"][3:4], -1, 1))[0, 0]
    assert np.array_equal(np.asarray(Image.open(place / "saved" / "three.png")), expected)


def test_an_exported_network_says_which_images_it_takes(place):
    """Whoever gives images to its file has to change them first."""
    done = run_here("export", "out", "--to", "safetensors", cwd=place)
    assert "takes images that were made gray, padded to 32x32 and resized from 32x32 to 28x28" in done.stdout


def test_samples_shows_changed_images(place):
    """Sizes and warnings are those of the changed images, and so is the grid."""
    done = run_here("samples", "--dataset", "colours.npz", "--resize", "20x24", "--invert", "--count", "4", cwd=place)
    assert "Data: The images were inverted and resized from 32x30 to 20x24." in done.stdout
    assert "train: images uint8 [60, 3, 20, 24]" in done.stdout


def test_a_network_that_does_not_fit_names_the_options(place):
    """The error of images that are too small, or of another shape, says which change would help."""
    found = refusal(run_here(*RUN[:4], "lenet,convnet", *RUN[5:-1], "other", "--resize", "4", cwd=place))
    assert "--resize" in found
    assert "--pad" in found
    (place / "own.toml").write_text('name = "own"\ninput_shape = [1, 20, 20]\nlayers = [{type = "flatten"}]\n')
    found = refusal(run_here(*RUN[:4], "own.toml", *RUN[5:-1], "other", cwd=place))
    assert "or change the images: --gray --resize 20x20." in found
    assert "--resize" not in refusal(run_here("certify", "--suite", "layers", "--pad", "0", cwd=place))


INVERTED = ImageChanges(invert=True, before=(1, 28, 28))
DARK_ON_LIGHT = (DataWarning("Light background", "a", "b", "c"),)


@pytest.mark.parametrize(
    ("data", "corner", "side"),
    [
        (DataSpec("mnist", "a", 1, 1), 0, 28),
        (DataSpec("mnist", "a", 1, 1, changes=ImageChanges(pad=32, before=(1, 28, 28))), 0, 32),
        (DataSpec("mnist", "a", 1, 1, warnings=DARK_ON_LIGHT, changes=INVERTED), 255, 28),
        (DataSpec("own", "a", 1, 1, changes=INVERTED), 0, 28),
        (DataSpec("own", "a", 1, 1, warnings=DARK_ON_LIGHT), 255, 28),
    ],
    ids=["MNIST", "padded", "inverted MNIST", "made like MNIST", "dark on light"],
)
def test_a_digit_is_made_like_those_of_the_data(tmp_path, mnist, data, corner, side):
    """A digit is found on any ground, and is then of the size of the data's, on a ground like theirs."""
    Image.fromarray(255 - mnist.test_images[0, 0]).resize((200, 200)).save(tmp_path / "seven.png")
    (seen,) = see((tmp_path / "seven.png",), raw=False, every=False, data=data)
    assert seen.digit.shape == (side, side)
    assert seen.digit[0, 0] == corner
