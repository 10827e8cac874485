"""What `predict` takes, and gives: folders, patterns, standard input, unreadable files; lines, CSV and a sheet."""

import csv
import json
import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import psutil
import pytest
from command_line import contents, refusal, run_here
from full_disk import no_room
from PIL import Image, ImageDraw

from mnist_compare import open_comparison
from mnist_compare.errors import BackendError
from mnist_compare.runner.asked_networks import AskedNetworks
from mnist_compare.runner.trained_networks import TrainedNetworks


@pytest.fixture
def place(tmp_path):
    """A folder `digits` with three images of a stroke, a text, and a folder."""
    folder = tmp_path / "digits"
    (folder / "deeper").mkdir(parents=True)
    for name in ("10.png", "2.png", "9.JPG", "deeper/1.ppm"):
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
    deeper = ["digits/2.png", "digits/9.JPG", "digits/10.png", "digits/deeper/1.ppm"]
    assert asked(run_here(*ask, "--recursive", "digits", cwd=place)) == [deeper] * 4
    done = run_here(*ask, "digits/*.png", cwd=place)
    assert asked(done) == [["digits/2.png", "digits/10.png"]] * 4
    (place / "empty").mkdir()
    assert "The folder empty has no image directly in it (.png" in refusal(run_here(*ask, "empty", cwd=place))
    assert "has no image in or below it (.png" in refusal(run_here(*ask, "-r", "empty", cwd=place))
    assert "Nothing matches digits/*.gif." in refusal(run_here(*ask, "digits/*.gif", cwd=place))
    Image.open(place / "digits" / "2.png").save(place / "[2]*.png")
    assert asked(run_here(*ask, "[2]*.png", cwd=place)) == [["[2]*.png"]] * 4


class Given:
    """Standard input that holds these bytes; `look` is called before they are read."""

    def __init__(self, content, look=lambda: None):
        self.buffer, self._content, self._look = self, BytesIO(content), look

    def isatty(self):
        return False

    def read(self, size):
        self._look()
        return self._content.read(size)


def test_standard_input(finished, place, monkeypatch):
    """- reads one image from standard input, as from its file; a second one, a terminal, and no image are refused."""
    ask = ("predict", "--run", finished.folder, "--json")
    monkeypatch.setattr("sys.stdin", Given((place / "digits" / "2.png").read_bytes()))
    done = run_here(*ask, "-", "digits/2.png", cwd=place)
    assert asked(done) == [["stdin", "digits/2.png"]] * 4
    first, second = json.loads(done.stdout)[0]["images"]
    assert first["outputs"] == second["outputs"]
    assert "stdin is no image" in refusal(run_here(*ask, "-", cwd=place))  # it is at its end
    assert "- is given twice" in refusal(run_here(*ask, "-", "-", cwd=place))
    assert "both read standard input" in refusal(run_here(*ask, "-", "--files-from", "-", cwd=place))
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": staticmethod(lambda: True)}))
    assert "which is a terminal here" in refusal(run_here(*ask, "-", cwd=place))
    assert "which is a terminal here" in refusal(run_here(*ask, "--files-from", "-", cwd=place))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"], ids=["rows", "of Windows", "null"])
def test_a_list_of_files(finished, place, monkeypatch, end):
    """A list names images, behind those of the command line; one that is not there, a folder too, is one bad image."""
    ask = ("predict", "--run", finished.folder, "--seeds", "0,", "-a", "mlp", "--jsonl")
    names = ["digits/9.JPG", "none.png", "digits", "digits/[2].png"]
    (place / "digits" / "2.png").rename(place / "digits" / "[2].png")
    content = "".join(name + end for name in names).encode()
    monkeypatch.setattr("sys.stdin", Given(b"\xef\xbb\xbf" + content))
    done = run_here(*ask, "digits/10.png", "--files-from", "-", cwd=place)
    assert done.returncode == 3, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["image"] for line in lines] == ["digits/10.png", *names]
    assert [len(line["answers"]) for line in lines] == [1, 1, 0, 0, 1]
    assert "No such file" in lines[2]["reason"]
    assert "directory" in lines[3]["reason"]


def test_lists_that_cannot_be(finished, place):
    """A list that is empty, missing or in UTF-16 is refused, and so is no image at all."""
    (place / "empty.txt").write_text("\n \n")
    (place / "wide.txt").write_text("2.png", encoding="utf-16")
    for arguments, words in (
        (("--files-from", "empty.txt"), "empty.txt names no file"),
        (("--files-from", "none.txt"), "Cannot read the list none.txt: No such file"),
        (("--files-from", "wide.txt"), "wide.txt is in UTF-16"),
        ((), "No image is given"),
    ):
        assert words in refusal(run_here("predict", "--run", finished.folder, *arguments, cwd=place))


def test_some_of_the_networks(finished, place):
    """Backends, networks and seeds can be chosen; what is not in the comparison is named with what is."""
    ask = ("predict", "--run", finished.folder, "digits/2.png")
    for arguments, words in (
        (("-b", "torch"), "Unknown backend 'torch'"),
        (("-a", "cnn"), "Valid: mlp, linear."),
        (("--seeds", "7,"), "No trained network is left by --backends, --architectures and --seeds; seeds: 0, 1."),
    ):
        assert words in refusal(run_here(*ask, *arguments, cwd=place))


def rounded(text):
    """The text with two digits of each fraction: how many images go together changes the last ones."""
    return re.sub(r"-?\d+\.\d+(e-\d+)?", lambda number: f"{float(number[0]):.2f}", text)


def test_answers_come_while_others_are_read(finished, place, monkeypatch):
    """Rows stand in the file before the last image is read; all outputs are the same however many go together."""
    ask = ("predict", "--run", finished.folder, "digits", "-")
    outputs = ("--csv", "a.csv", "--sheet", "a.html", "--save-prepared", "saved")
    rows = []

    def look():
        rows.extend((place / "a.csv").read_text().splitlines() if (place / "a.csv").exists() else [])

    whole, parts = [], []
    for together, told in ((256, whole), (1, parts)):
        monkeypatch.setattr("mnist_compare.cli.predict.TOGETHER", together)
        for form in ("--json", "--jsonl", "--show"):
            monkeypatch.setattr("sys.stdin", Given(b"no image", look))
            done = run_here(*ask, form, *outputs, cwd=place)
            assert done.returncode == 3, done.stderr
            files = [(place / name).read_text() for name in ("a.csv", "a.html")]
            told.extend(map(rounded, (done.stdout, *files)))
            for name in ("a.csv", "a.html", *(f"saved/{number}.png" for number in (2, 9, 10))):
                (place / name).unlink()
    assert parts == whole
    assert [row.partition(",")[0] for row in rows] == ["image", "digits/2.png", "digits/9.JPG"] * 3


def test_a_worker_answers_batch_by_batch(finished, monkeypatch):
    """One process is asked twice, and ends with the last batch; one that dies in between is an error that says so."""
    monkeypatch.setenv("MNIST_COMPARE_ENGINE", "local")
    networks = TrainedNetworks(finished.folder, open_comparison(finished.folder).records[:1], "cpu", {})
    images = np.zeros((2, 1, 28, 28), np.uint8)
    before = set(psutil.Process().children())
    with AskedNetworks(networks) as asked:
        first = asked.ask(images, last=False)
        (worker,) = set(psutil.Process().children()) - before
        assert asked.ask(images, last=False) == first
        worker.kill()
        with pytest.raises(BackendError, match=r"killed by SIGKILL.* while it predicted"):
            asked.ask(images, last=True)
    assert set(psutil.Process().children()) == before


def test_csv_on_standard_output(finished, place):
    """With --csv - the rows are all that is printed."""
    done = run_here("predict", "--run", finished.folder, "digits/2.png", "--csv", "-", cwd=place)
    header, row = csv.reader(done.stdout.splitlines())
    assert (header[0], row[0]) == ("image", "digits/2.png")
    both = run_here("predict", "--run", finished.folder, "digits/2.png", "--csv", "-", "--json", cwd=place)
    assert "--csv -" in refusal(both)


@pytest.mark.parametrize(
    ("asked", "room", "file"),
    [
        (("--csv", "a.csv"), 1_000, "a.csv"),
        (("--sheet", "a.html"), 1_000, "a.html"),
        (("--save-prepared", "saved"), 50, "saved/2.png"),
        (("--json",), 1_000, "the answers to a temporary file"),
    ],
)
def test_answers_on_a_full_disk(finished, place, monkeypatch, asked, room, file):
    """The file that there is no room for is named with the reason, and no part of it bars the next attempt."""
    monkeypatch.setattr("mnist_compare.cli.predict.TOGETHER", 1)
    ask = ("predict", "--run", finished.folder, *["digits/2.png"] * 30, *asked)
    before = contents(place)
    with no_room(room):
        done = run_here(*ask, cwd=place)
    assert f"Error: Cannot write {file}: File too large." in done.stderr
    assert (done.returncode, contents(place)) == (2, before)
    assert run_here(*ask, cwd=place).returncode == 0


def test_one_of_several_that_cannot_be_read(finished, place, monkeypatch):
    """A file that is no image, one that is missing, and an oversized one on standard input are named with the reason;
    the others are answered: exit 3.
    """
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
    monkeypatch.setattr("mnist_compare.cli.standard_input.MAX_FILE_BYTES", 1000)
    monkeypatch.setattr("sys.stdin", Given(bytes(1001)))
    done = run_here("predict", "--run", finished.folder, "-", "digits/2.png", cwd=place)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("stdin\n  Standard input has more than 1,000 bytes")


HOSTILE = "<img src=x onerror=alert(1)>.png"
FORMULA = "=1+1.png"


def test_lines_rows_and_a_sheet(finished, place):
    """Image by image the same answers come as lines of JSON, as CSV, and on a page that has no script, makes no request
    and shows names of files as text; nothing is written over.
    """
    (place / "digits" / "2.png").rename(place / "digits" / HOSTILE)
    (place / "digits" / "10.png").rename(place / FORMULA)
    names = [f"digits/{HOSTILE}", FORMULA, "digits/notes.txt"]
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
    assert [row[0] for row in rows] == [names[0], f"'{FORMULA}", names[2]]
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
    assert "--sheet writes a page into a file" in refusal(run_here(*ask, "--sheet", "-", cwd=place))
    assert "Give two files" in refusal(run_here(*ask, "--csv", "made/b", "--sheet", "made/b", cwd=place))
    assert "--jsonl" in refusal(run_here(*ask, "--json", "--jsonl", cwd=place))
    assert (place / "made" / "a.html").read_text() == page


def test_a_name_of_two_lines_stays_in_one(finished, place):
    """A break of the line in the name of a file makes no row of its own, which could pass for an answer."""
    (place / "digits" / "2.png").rename(place / "digits" / "a\n  9 by all.png")
    done = run_here("predict", "--run", finished.folder, "digits/*.png", cwd=place)
    assert "a\\n  9 by all.png" in done.stdout
    assert not any(line.startswith("  9 by all.png") for line in done.stdout.splitlines())
