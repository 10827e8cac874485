"""What a comparison says of data in which something may be wrong."""

import json

import numpy as np
import pytest
from command_line import SMALL, run_here

from mnist_compare.data import load_dataset

RUN = ("run", "--backends", "numpy", "--architectures", "linear", *SMALL, "--dataset", "sets", "--output", "out")


@pytest.fixture(scope="module")
def warned(tmp_path_factory):
    """The folder and the output of a comparison on images of which some are there twice."""
    place = tmp_path_factory.mktemp("warned")
    whole = load_dataset("mnist")
    images, labels = whole.train_images[:500].copy(), whole.train_labels[:500]
    images[[3, 30]] = images[0]
    test = {"x_test": whole.test_images[:100], "y_test": whole.test_labels[:100]}
    (place / "sets").mkdir()
    np.savez(place / "sets" / "set.npz", x_train=images, y_train=labels, **test)
    ended = run_here(*RUN, cwd=place, report=True)
    assert ended.returncode == 0, ended.stderr
    return place, ended


def test_a_comparison_says_first_what_may_be_wrong_with_its_images(warned):
    """On stderr, so that tables and JSON stay what they are; not with --quiet."""
    place, ended = warned
    assert "Warning: 2 training images are the same as an earlier one, bit by bit (train_images[3]" in ended.stderr
    assert "Warning" not in ended.stdout
    assert "Warning" not in run_here(*RUN, "--quiet", cwd=place).stderr


def test_the_report_tells_it_too(warned):
    """Among the caveats, on the page and in the text."""
    place, _ = warned
    for name in ("report.md", "report.html"):
        text = (place / "out" / name).read_text()
        assert "2 training images are the same as an earlier one, bit by bit" in text
        assert "Take the copies out, unless they are meant." in text
        assert "The data set was found in " in text


def test_records_keep_it_and_runs_are_the_same_with_and_without(warned):
    """A run that was made when nothing was looked at is not trained again for a warning or a note."""
    place, _ = warned
    path = place / "out" / "results.jsonl"
    record = json.loads(path.read_text())
    assert [warning["title"] for warning in record["spec"]["data"].pop("warnings")] == ["Repeated training images"]
    assert record["spec"]["data"].pop("notes") == [f"The data set was found in {place / 'sets' / 'set.npz'}."]
    path.write_text(json.dumps(record) + "\n")
    again = run_here(*RUN, cwd=place)
    assert again.returncode == 0, again.stderr
    assert len(path.read_text().splitlines()) == 1
