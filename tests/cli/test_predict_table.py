"""`predict` of a table with a row of pixels for each image, as Kaggle has its test.csv, and of classes with names."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from any_images import made
from command_line import refusal, run_here
from PIL import Image

from mnist_compare import Dataset, compare, open_comparison
from mnist_compare.cli.predicted_rows import RowAnswer, voted
from mnist_compare.cli.prepared import see, shown
from mnist_compare.runner.data_spec import describe_data
from mnist_compare.runner.prediction_job import PredictedClasses
from mnist_compare.runner.seen import Seen

NAMES = ("ankle boot", "bag", "coat")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Comparisons of two networks each: `out` on images of three classes with names, `small` on images of 8x8 that were
    resized.
    """
    folder = tmp_path_factory.mktemp("tables")
    data = made((28, 28), 3)
    arrays = (data.train_images, data.train_labels, data.test_images, data.test_labels)
    named = Dataset.from_arrays(*arrays, source="clothes", classes=NAMES)
    for name, images, resize in (("out", named, None), ("small", made((8, 8), 3), 12)):
        asked = {"epochs": 1, "resize": resize, "output": folder / name, "report": False, "latency": False}
        compare("numpy", "mlp", seeds=range(2), recipe="cnn", dataset=images, **asked)
    write_table(folder / "test.csv", data.test_images)
    for i in range(2):
        Image.fromarray(data.test_images[i, 0]).save(folder / f"{i}.png")
    return folder


def write_table(path, images, ids=()):
    """A header and a row for each image, with its id in front where there are any."""
    names = ["id"] * bool(ids) + [f"pixel{i}" for i in range(images[0].size)]
    rows = [[*ids[i : i + 1], *image.ravel().tolist()] for i, image in enumerate(images)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([names, *rows])


def read(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_a_submission(place):
    """Each row gets the class of the vote, by its number from 1 on; what is there already is left alone."""
    done = run_here("predict", "--run", "out", "test.csv", "--csv", "made/sub.csv", cwd=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("test.csv: 50 images\n")
    assert "all 2 networks agree on" in done.stdout
    header, *rows = read(place / "made" / "sub.csv")
    assert header == ["ImageId", "Label"]
    assert [number for number, _ in rows] == [str(i) for i in range(1, 51)]
    assert {label for _, label in rows} <= set(NAMES)
    answers = json.loads(run_here("predict", "--run", "out", "--json", "test.csv", cwd=place).stdout)
    assert [answer["classes"] for answer in answers] == [list(NAMES)] * 2
    agreed = [
        i for i, pair in enumerate(zip(*(answer["digits"] for answer in answers), strict=True)) if len({*pair}) < 2
    ]
    assert [rows[i][1] for i in agreed] == [NAMES[answers[0]["digits"][i]] for i in agreed]
    for answer, record in zip(answers, open_comparison(place / "out").records, strict=True):
        assert np.mean(np.array(answer["digits"]) == np.arange(50) % 3) == record.test_accuracy
    before = (place / "made" / "sub.csv").read_bytes()
    again = run_here("predict", "--run", "out", "test.csv", "--csv", "made/sub.csv", cwd=place)
    assert "sub.csv exists already. Give another file to --csv" in refusal(again)
    assert (place / "made" / "sub.csv").read_bytes() == before


def test_rows_that_have_ids(place):
    """A column of ids is no pixel, and stands in the submission under its name; classes without names are numbers. The
    rows are changed as the images were that the networks were trained on.
    """
    write_table(place / "ids.csv", made((8, 8), 3).test_images[:4], ids=("a1", "b 2", "7", "d"))
    done = run_here("predict", "--run", "small", "ids.csv", "--csv", "ids-sub.csv", cwd=place)
    assert done.returncode == 0, done.stderr
    header, *rows = read(place / "ids-sub.csv")
    assert header == ["id", "label"]
    assert [name for name, _ in rows] == ["a1", "b 2", "7", "d"]
    assert {label for _, label in rows} <= {"0", "1", "2"}


def test_what_a_table_does_not_go_with(place):
    """Tables of other images, several inputs, and options of image files are refused before anything is asked."""
    Image.new("L", (28, 28)).save(place / "one.png")
    for arguments, words in (
        (("small", "test.csv"), "images of 1x28x28, where the networks were trained on 1x8x8"),
        (("out", "test.csv", "one.png"), "test.csv is a table, and is read alone"),
        (("out", "test.csv", "--raw"), "are for image files"),
        (("out", "test.csv", "--sheet", "x.html"), "are for image files"),
    ):
        assert words in refusal(run_here("predict", "--run", *arguments, cwd=place))
    assert not (place / "x.html").exists()


def test_no_digit_is_looked_for_among_other_things(tmp_path):
    """Where images of MNIST's shape are no characters, their classes being numbers, or letters, or not called at all,
    the whole image is what the networks see.
    """
    data = made((28, 28), 3)
    Image.fromarray(data.test_images[0, 0]).save(tmp_path / "one.png")
    for classes in ((), ("0", "1", "2"), ("a", "b", "c")):
        spec = describe_data(*[data.described(classes=classes)] * 2)
        (seen,) = see((tmp_path / "one.png",), raw=False, every=False, data=spec)
        assert np.array_equal(seen.digit, data.test_images[0])


def test_a_whole_image_is_shown(place):
    """--show prints the image of the networks' size, a large one with colours in gray and no wider than a terminal."""
    done = run_here("predict", "--run", "small", "--show", "0.png", cwd=place)
    rows = [line for line in done.stdout.splitlines() if line.startswith(("|", "+"))]
    (seen,) = see(
        (place / "0.png",), raw=False, every=False, data=open_comparison(place / "small").records[0].spec.data
    )
    assert seen.digit.shape == (1, 12, 12)
    assert rows == shown(seen).splitlines()
    assert [len(row) for row in rows] == [14] * (1 + 6 + 1)
    large = np.zeros((3, 100, 300), np.uint8)
    large[:, :, 150:] = 255
    rows = shown(Seen(Path("x"), None, large)).splitlines()[1:-1]
    assert {len(row) for row in rows} == {77}
    assert all(row[1:38].strip() == "" and row[40:-1].strip() for row in rows)


def test_names_of_classes_are_said(place):
    """Of networks whose classes are words the whole image is read, and the answer is a word."""
    done = run_here("predict", "--run", "out", "0.png", "1.png", cwd=place)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any(f"{name}: " in lines[1] for name in NAMES)
    assert lines[3].removeprefix("  vote: ").startswith(NAMES)
    assert "Summary: 2 images, 2 named" in done.stdout


@pytest.mark.parametrize(
    ("said", "classes"),
    [
        ([([2], [0.9]), ([1], [0.6]), ([1], [0.6])], [1]),
        ([([2], [0.9]), ([1], [0.6])], [2]),
        ([([5], None), ([3], None)], [3]),
    ],
)
def test_the_vote_on_a_row(said, classes):
    """The class of most networks, then of the surer ones, then the smallest."""
    assert voted([RowAnswer(None, PredictedClasses(*each)) for each in said]).tolist() == classes
