"""What `predict` takes, and gives: folders, patterns, standard input, unreadable files; lines, CSV and a sheet."""

import csv
import json
import re
from base64 import b64decode
from io import BytesIO

import pytest
from command_line import refusal, run_here
from PIL import Image, ImageDraw


@pytest.fixture
def place(tmp_path):
    """A folder `digits` with three images of a stroke, a text, and a folder."""
    folder = tmp_path / "digits"
    (folder / "deeper").mkdir(parents=True)
    for name in ("10.png", "2.png", "9.JPG", "deeper/1.png"):
        image = Image.new("L", (60, 60), 255)
        ImageDraw.Draw(image).line([(30, 8), (28, 50)], fill=0, width=6)
        image.save(folder / name)
    (folder / "notes.txt").write_text("mine")
    return tmp_path


def asked(done):
    """The images that every network of a comparison was asked for."""
    return [[one["image"] for one in network["images"]] for network in json.loads(done.stdout)]


def test_a_folder_and_a_pattern(finished, place):
    """The images directly in a folder are read in natural order, other files counted; a pattern finds its files."""
    ask = ("predict", "--run", finished.folder, "--json")
    done = run_here(*ask, "digits", cwd=place)
    assert done.returncode == 0, done.stderr
    assert asked(done) == [["digits/2.png", "digits/9.JPG", "digits/10.png"]] * 4
    assert "digits: 1 other file skipped." in done.stderr
    done = run_here(*ask, "digits/*.png", cwd=place)
    assert asked(done) == [["digits/2.png", "digits/10.png"]] * 4
    (place / "empty").mkdir()
    assert "The folder empty has no image directly in it (.png" in refusal(run_here(*ask, "empty", cwd=place))
    assert "Nothing matches digits/*.gif." in refusal(run_here(*ask, "digits/*.gif", cwd=place))
    Image.open(place / "digits" / "2.png").save(place / "[2]*.png")
    assert asked(run_here(*ask, "[2]*.png", cwd=place)) == [["[2]*.png"]] * 4


def test_standard_input(finished, place, monkeypatch):
    """- reads one image from standard input, as from its file; a second one, a terminal, and no image are refused."""
    ask = ("predict", "--run", finished.folder, "--json")
    with (place / "digits" / "2.png").open("rb") as file:
        monkeypatch.setattr("sys.stdin", type("Given", (), {"buffer": file, "isatty": staticmethod(lambda: False)}))
        done = run_here(*ask, "-", "digits/2.png", cwd=place)
        assert asked(done) == [["stdin", "digits/2.png"]] * 4
        first, second = json.loads(done.stdout)[0]["images"]
        assert first["outputs"] == second["outputs"]
        assert "stdin is no image" in refusal(run_here(*ask, "-", cwd=place))  # it is at its end
        assert "- is given twice" in refusal(run_here(*ask, "-", "-", cwd=place))
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": staticmethod(lambda: True)}))
    assert "which is a terminal here" in refusal(run_here(*ask, "-", cwd=place))


def test_one_of_several_that_cannot_be_read(finished, place):
    """A file that is no image, and one that is missing, are named with the reason; the others are answered: exit 3."""
    ask = ("predict", "--run", finished.folder, "digits/2.png", "digits/notes.txt", "none.png", "digits/10.png")
    done = run_here(*ask, cwd=place)
    assert done.returncode == 3, done.stderr
    assert "digits/notes.txt\n  digits/notes.txt is no image that can be read" in done.stdout
    assert "Summary: 4 images, 2 digits named" in done.stdout
    done = run_here(*ask, "--json", cwd=place)
    assert done.returncode == 3
    for network in json.loads(done.stdout):
        assert [one["digit"] is None for one in network["images"]] == [False, True, True, False]
        assert network["images"][2]["image"] == "none.png"
        assert "No such file" in network["images"][2]["reason"]


HOSTILE = "<img src=x onerror=alert(1)>.png"


def test_lines_rows_and_a_sheet(finished, place):
    """Image by image the same answers come as lines of JSON, as CSV, and on a page that has no script, makes no request
    and shows names of files as text; nothing is written over.
    """
    (place / "digits" / "2.png").rename(place / "digits" / HOSTILE)
    names = [f"digits/{name}" for name in (HOSTILE, "10.png", "notes.txt")]
    ask = ("predict", "--run", finished.folder, *names)
    done = run_here(*ask, "--jsonl", "--csv", "made/a.csv", "--sheet", "made/a.html", cwd=place)
    assert done.returncode == 3, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["image"] for line in lines] == names
    networks = json.loads(run_here(*ask, "--json", cwd=place).stdout)
    for i, line in enumerate(lines[:2]):
        said = [network["images"][i] for network in networks]
        assert [one["class"] for one in line["answers"]] == [str(one["digit"]) for one in said]
        assert [one["probabilities"] for one in line["answers"]] == [one["probabilities"] for one in said]
        assert line["agree"] == (len({one["digit"] for one in said}) == 1)
    assert (lines[2]["answers"], lines[2]["agree"]) == ([], None)
    with (place / "made" / "a.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:3] == ["image", "mark", "numpy mlp matched seed 0 float32 class"]
    assert [row[0] for row in rows] == names
    assert rows[0][2:10:2] == [one["class"] for one in lines[0]["answers"]]
    assert float(rows[0][3]) == max(lines[0]["answers"][0]["probabilities"])
    assert [row[-2] for row in rows] == [{True: "yes", False: "no", None: ""}[line["agree"]] for line in lines]
    page = (place / "made" / "a.html").read_text()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;.png</h2>" in page
    assert not re.search(r"<script|https?:|url\(", page)
    assert "default-src &#39;none&#39;" in page
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert [Image.open(BytesIO(b64decode(one))).size for one in pictures] == [(28, 28)] * 2
    assert "notes.txt is no image that can be read" in page
    assert page.count("networks differ</span>") == [line["agree"] for line in lines].count(False)
    for option, name in (("--csv", "made/a.csv"), ("--sheet", "made/a.html")):
        assert f"Give another file to {option}" in refusal(run_here(*ask, option, name, cwd=place))
    assert "Give two files" in refusal(run_here(*ask, "--csv", "made/b", "--sheet", "made/b", cwd=place))
    assert "--jsonl" in refusal(run_here(*ask, "--json", "--jsonl", cwd=place))
    assert (place / "made" / "a.html").read_text() == page


def test_a_name_of_two_lines_stays_in_one(finished, place):
    """A break of the line in the name of a file makes no row of its own, which could pass for an answer."""
    (place / "digits" / "2.png").rename(place / "digits" / "a\n  9 by all.png")
    done = run_here("predict", "--run", finished.folder, "digits/*.png", cwd=place)
    assert "a\\n  9 by all.png" in done.stdout
    assert not any(line.startswith("  9 by all.png") for line in done.stdout.splitlines())
