import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from command_line import contents, refusal, run_cli, run_here
from PIL import Image, ImageDraw, ImageFont

from mnist_compare import open_comparison
from mnist_compare.cli.answers import Answer, lines_of
from mnist_compare.cli.summary import Summary
from mnist_compare.runner.prediction_job import Predicted
from mnist_compare.runner.seen import Seen

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
DIGITS = list(range(10))


def draw(digit, size=330, at=(150, 200), paper=255, ink=0):
    """A digit of a printed font on 300 x 400 pixels."""
    image = Image.new("L", (300, 400), paper)
    ImageDraw.Draw(image).text(at, str(digit), fill=ink, font=ImageFont.truetype(str(FONT), size), anchor="mm")
    return image


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a comparison, `out`, of an mlp that is good enough to read a font, and of the linear network."""
    place = tmp_path_factory.mktemp("trained")
    many = ("--train-size", "12000", "--test-size", "200", "--threads", "1", "--quiet")
    result = run_cli(*("run", "-b", "numpy", "-a", "mlp", "--recipe", "cnn", "-e", "4", *many, "-o", "out"), cwd=place)
    assert result.returncode == 0, result.stderr
    return place


@pytest.fixture(scope="module")
def answer(trained, tmp_path_factory):
    """Saves images as PNG and gives what `predict --json` says to each, in a comparison of one network."""
    place = tmp_path_factory.mktemp("images")

    def predict(images, *options):
        paths = [place / f"{number}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            image.save(path)
        result = run_here("predict", "--run", "out", "--json", *options, *paths, cwd=trained)
        assert result.returncode == 0, result.stderr
        (network,) = json.loads(result.stdout)
        assert [shown["image"] for shown in network["images"]] == [str(path) for path in paths]
        return network["images"]

    return predict


def digits(answers):
    return [shown["digit"] for shown in answers]


def count_right(answers):
    return sum(found == digit for found, digit in zip(digits(answers), DIGITS, strict=True))


@pytest.mark.parametrize("options", [(), ("--raw",)], ids=["prepared", "raw"])
def test_large_digits_are_read(answer, options):
    """Printed digits that fill a picture, black on white, are recognised, prepared and as they are."""
    assert count_right(answer([draw(digit) for digit in DIGITS], *options)) >= 8


def test_small_digits_in_a_corner_are_read(answer):
    """Digits are recognised wherever they stand on the paper, which fails with --raw."""
    images = [draw(digit, size=120, at=(230, 320)) for digit in DIGITS]
    assert count_right(answer(images)) >= 8
    assert count_right(answer(images, "--raw")) <= 5


def test_paper_and_ink_can_be_of_any_kind(answer):
    """White on black, ink on nothing, 12 bits and colour give the same answer as black on white."""
    plain = draw(3)
    clear = Image.new("RGBA", plain.size)
    clear.putalpha(Image.fromarray(255 - np.asarray(plain)))
    white = Image.new("RGBA", plain.size, "white")
    white.putalpha(Image.fromarray(255 - np.asarray(plain)))
    deep = Image.fromarray(np.asarray(plain).astype(np.uint16) * 16)
    images = [plain, draw(3, paper=0, ink=255), clear, white, deep]
    answers = answer([*images, plain.convert("RGB"), plain.convert("P"), plain.convert("LA")])
    assert digits(answers) == [3] * 8
    for shown in answers[1:]:
        assert shown["outputs"] == pytest.approx(answers[0]["outputs"], abs=1e-2)


def test_photos_are_turned_upright(trained, tmp_path):
    """A photo that says in its EXIF data how it was held is read upright, as every viewer shows it."""
    held = Image.Exif()
    held[0x0112] = 6
    draw(7).save(tmp_path / "upright.png")
    draw(7).rotate(90, expand=True).save(tmp_path / "held.png", exif=held)
    images = (tmp_path / "upright.png", tmp_path / "held.png")
    (network,) = json.loads(run_here("predict", "--run", "out", "--json", *images, cwd=trained).stdout)
    upright, turned = network["images"]
    assert turned["outputs"] == upright["outputs"]


def test_probabilities_belong_to_the_digits(answer):
    """The probabilities of a picture are ten that add up to one, and the digit is that of the largest."""
    for shown in answer([draw(digit) for digit in DIGITS]):
        assert len(shown["probabilities"]) == len(shown["outputs"]) == 10
        assert sum(shown["probabilities"]) == pytest.approx(1)
        assert np.argmax(shown["probabilities"]) == np.argmax(shown["outputs"]) == shown["digit"]


def test_answers_in_words_have_a_line_per_network(finished, tmp_path):
    """Each image has a line per network, which says all that it is, and the vote; a regression's output is shown."""
    draw(1).save(tmp_path / "one.png")
    result = run_here("predict", "--run", finished.folder, "one.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "one.png"
    wanted = [("mlp", 0), ("mlp", 1), ("linear", 0), ("linear", 1)]
    for line, (network, seed) in zip(lines[1:5], wanted, strict=True):
        assert line.split()[:6] == ["numpy", network, "matched", "seed", str(seed), "float32"]
    assert "%" in lines[1]
    assert "cut to an integer" in lines[3]
    assert lines[5].startswith("  vote: ")
    assert "of 4 networks" in lines[5]
    assert len(lines) == 6


SURE, UNSURE, OTHER = (
    ([digit], [[0.0] * 10], [[chance if name == digit else (1 - chance) / 9 for name in range(10)]])
    for digit, chance in ((5, 0.9), (5, 0.38), (3, 0.9))
)


@pytest.mark.parametrize(
    ("said", "digits", "doubt"),
    [
        ([SURE], "5", ""),
        ([UNSURE], "5", "  unsure"),
        ([UNSURE, UNSURE, UNSURE], "5", "  unsure"),
        ([SURE, UNSURE, OTHER], "5", "  unsure"),
        ([SURE, SURE, OTHER], "5", ""),
        ([SURE, OTHER], "3 or 5", "  unsure"),
        ([([5], [[5.2]], None)], "5", ""),
    ],
)
def test_a_vote_of_doubt_is_marked(finished, said, digits, doubt):
    """Vote and summary say `unsure` unless more than half of the networks name the digit and are sure of it."""
    record = open_comparison(finished.folder).records[0]
    answers = [Answer(record, Predicted(*each)) for each in said]
    seen = Seen(Path("six.png"), None, np.zeros((28, 28), np.uint8))
    summary = Summary([answer.record for answer in answers])
    summary.add(seen, 0, answers)
    lines = list(summary.lines())
    assert lines[0] == "Summary: 1 image, 1 digit named" + (", 1 of them unsure" if doubt else "")
    assert lines[-1] == f"  {digits}  six.png{doubt}"
    *_, last = lines_of(seen, 0, answers)
    assert last.endswith("  unsure") == bool(doubt)


def png_header(width, height):
    """The start of a PNG file that announces so many pixels."""
    whole = Image.new("L", (1, 1))._repr_png_()
    header = b"IHDR" + struct.pack(">II", width, height) + whole[24:29]
    return whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["No such file"]),
        (b"", ["no image"]),
        (b"this is text", ["no image", "PNG"]),
        (png_header(60_000, 60_000), ["image.png"]),
        (draw(5)._repr_png_()[:300], ["image.png"]),
    ],
    ids=["missing", "empty", "text", "enormous", "truncated"],
)
def test_files_that_are_no_image_are_refused(finished, tmp_path, content, words):
    """A file that is missing, no image, damaged, or announces too many pixels is refused by name."""
    if content is not None:
        (tmp_path / "image.png").write_bytes(content)
    message = refusal(run_here("predict", "--run", finished.folder, "image.png", cwd=tmp_path))
    assert all(word in message for word in ["image.png", *words]), message


def test_what_a_header_announces_is_no_other_kind_of_file(finished, tmp_path):
    """An image of more pixels than Pillow would open is called too large, and not unreadable."""
    (tmp_path / "image.png").write_bytes(png_header(60_000, 60_000))
    message = refusal(run_here("predict", "--run", finished.folder, "image.png", cwd=tmp_path))
    assert "image.png has more than 50,000,000 pixels" in message


def test_enormous_image_names_its_size(finished, tmp_path):
    """An image just above the limit is refused with its size and the limit."""
    (tmp_path / "image.png").write_bytes(png_header(8000, 8000))
    message = refusal(run_here("predict", "--run", finished.folder, "image.png", cwd=tmp_path))
    assert "8000 x 8000 pixels" in message
    assert "50,000,000" in message


def test_network_is_named_in_json(finished, tmp_path):
    """The JSON of a network says which backend, architecture, mode, seed and precision it has."""
    draw(1).save(tmp_path / "one.png")
    result = run_here("predict", "--run", finished.folder, "--json", "one.png", cwd=tmp_path)
    shown = [
        [n[key] for key in ("backend", "architecture", "mode", "seed", "precision")] for n in json.loads(result.stdout)
    ]
    assert shown[1] == ["numpy", "mlp", "matched", 1, "float32"]
    assert len(shown) == 4


@pytest.fixture
def pages(tmp_path):
    """A page with a digit, a blank one, and one with two digits."""
    draw(3).save(tmp_path / "three.png")
    Image.new("L", (300, 400), 200).save(tmp_path / "blank.png")
    two = Image.new("L", (600, 400), 255)
    for at, digit in ((0, 4), (300, 7)):
        two.paste(draw(digit), (at, 0))
    two.save(tmp_path / "two.png")
    return ("three.png", "blank.png", "two.png")


def test_no_digit_is_named_where_it_is_not_known_which(trained, tmp_path, pages):
    """A blank page and one with several marks are told, are given no digit, and make the exit code 3."""
    result = run_here("predict", "--run", trained / "out", *pages, cwd=tmp_path)
    assert result.returncode == 3, result.stderr
    text = result.stdout
    assert "blank.png\n  no ink found: nothing narrower than half of the image stands out\n" in text
    assert "two.png\n  several marks (2): which one? --all reads each\n" in text
    assert "Summary: 3 images, 1 digit named\n  3  three.png\n  -  blank.png: no ink found: " in text
    result = run_here("predict", "--run", trained / "out", "--json", *pages, cwd=tmp_path)
    assert result.returncode == 3, result.stderr
    (network,) = json.loads(result.stdout)
    assert digits(network["images"]) == [3, None, None]
    assert [bool(shown["reason"]) for shown in network["images"]] == [False, True, True]


def test_all_reads_each_mark(trained, tmp_path, pages):
    """With --all each mark of an image has its own entry, from left to right."""
    result = run_here("predict", "--run", trained / "out", "--all", "--json", "two.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    (network,) = json.loads(result.stdout)
    assert [(shown["mark"], shown["digit"]) for shown in network["images"]] == [(1, 4), (2, 7)]
    both = run_here("predict", "--all", "--raw", "--run", trained / "out", "two.png", cwd=tmp_path)
    assert "--raw" in refusal(both)


@pytest.mark.parametrize(("encoding", "letter"), [("utf-8", "█"), ("ascii", "#")])
def test_show_prints_what_the_networks_see(trained, tmp_path, pages, encoding, letter):
    """--show draws 28 columns and 14 lines of characters that the terminal has."""
    given = {"PYTHONIOENCODING": encoding, "MNIST_COMPARE_ENGINE": "inline"}
    result = run_cli("predict", "--run", trained / "out", "--show", "three.png", cwd=tmp_path, **given)
    lines = [line for line in result.stdout.splitlines() if line.startswith("|")]
    assert [len(line) for line in lines] == [30] * 14
    assert sum(line.count(letter) for line in lines) > 20
    assert "\\" not in result.stdout


def test_json_stays_alone_on_stdout(trained, tmp_path, pages):
    """With --json the pictures of --show go to stderr."""
    result = run_here("predict", "--run", trained / "out", "--show", "--json", "three.png", cwd=tmp_path)
    assert json.loads(result.stdout)
    assert result.stderr.count("|") == 28


def test_prepared_images_are_saved_and_never_written_over(trained, tmp_path, pages):
    """--save-prepared writes 28x28 PNGs named after the images, and refuses where one of them is there already."""
    (tmp_path / "more").mkdir()
    draw(5).save(tmp_path / "more" / "three.bmp")
    options = ("predict", "--run", trained / "out", "--all", "--save-prepared", "saved", *pages, "more/three.bmp")
    assert run_here(*options, cwd=tmp_path).returncode == 3
    before = contents(tmp_path / "saved")
    assert [path.name for path in before] == ["three-2.png", "three.png", "two-mark-1.png", "two-mark-2.png"]
    with Image.open(tmp_path / "saved" / "three.png") as image:
        assert (image.size, image.mode) == ((28, 28), "L")
    assert "three.png" in refusal(run_here(*options, cwd=tmp_path))
    assert contents(tmp_path / "saved") == before


def test_saved_names_that_a_disk_takes_for_one_are_numbered(trained, tmp_path, pages):
    """Images whose names differ in capitals, or in how an accent is written, are saved under names that differ."""
    names = ("a/Three.png", "b/three.png", "a/\u00e9.png", "b/e\u0301.png")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(tmp_path / "three.png", tmp_path / name)
    result = run_here("predict", "--run", trained / "out", "--save-prepared", "saved", *names, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    saved = {path.name for path in contents(tmp_path / "saved")}
    assert saved == {"Three.png", "three-2.png", "\u00e9.png", "e\u0301-2.png"}


def test_several_images_in_a_file_are_told(trained, tmp_path):
    """Of an animation the first image is read, which is said on stderr, so that JSON stays alone on stdout."""
    draw(3).save(tmp_path / "moving.gif", save_all=True, append_images=[draw(7)])
    result = run_here("predict", "--run", trained / "out", "--json", "moving.gif", cwd=tmp_path)
    assert "moving.gif holds several images: the first is read." in result.stderr
    (network,) = json.loads(result.stdout)
    assert digits(network["images"]) == [3]


def test_a_name_with_an_escape_is_no_other_name(trained, tmp_path):
    """What would steer a terminal is replaced in an image's name, and not left out, where the output is a file too."""
    draw(3).save(tmp_path / "a\x1b[31m.png")
    given = {"MNIST_COMPARE_ENGINE": "inline"}
    result = run_cli("predict", "--run", trained / "out", "a\x1b[31m.png", cwd=tmp_path, **given)
    assert result.stdout.splitlines()[0] == "a\ufffd[31m.png"


def test_networks_whose_training_did_not_end_are_left_out(own_copy, tmp_path):
    """A network of a run that has not come to its end has no vote; it is named on stderr with how the run ended."""
    draw(1).save(tmp_path / "one.png")
    results = own_copy / "results.jsonl"
    records = [json.loads(line) for line in results.read_text().splitlines()]
    records[1] |= {"status": "crashed", "reason": "killed"}
    results.write_text("".join(json.dumps(record) + "\n" for record in records))
    result = run_here("predict", "--run", "out", "--json", "one.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert len(json.loads(result.stdout)) == 3
    left_out = [str(records[1][key]) for key in ("backend", "architecture", "mode", "seed")]
    told = "{} {} {} seed {} float32 (crashed)".format(*left_out)
    assert f"Not asked, since the training did not come to its end: {told}." in result.stderr
    results.write_text("".join(json.dumps(record | {"status": "crashed"}) + "\n" for record in records))
    message = refusal(run_here("predict", "--run", "out", "one.png", cwd=tmp_path))
    assert "has no trained network yet" in message


def test_a_saved_image_is_seen_as_it_is(trained, tmp_path, pages):
    """What --save-prepared wrote gives the same outputs when it is read again, with --raw."""
    first = run_here("predict", "--run", trained / "out", "--json", "--save-prepared", "s", "three.png", cwd=tmp_path)
    again = run_here("predict", "--run", trained / "out", "--json", "--raw", "s/three.png", cwd=tmp_path)
    (network,), (other,) = json.loads(first.stdout), json.loads(again.stdout)
    assert network["images"][0]["outputs"] == other["images"][0]["outputs"]


def test_the_newest_comparison_is_taken(trained, tmp_path, pages):
    """Without --run the comparison below reports/ whose records are newest is taken, and named on stderr."""
    for age, name in enumerate(("new", "older", "oldest")):
        shutil.copytree(trained / "out", tmp_path / "reports" / name)
        os.utime(tmp_path / "reports" / name / "results.jsonl", ns=(10**18 - age * 10**9,) * 2)
    result = run_here("predict", "--json", "three.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert Path("reports", "new").as_posix() in result.stderr
    assert json.loads(result.stdout)
    message = refusal(run_here("predict", "--run", "reports/newer", "three.png", cwd=tmp_path))
    assert "reports/new, reports/older, reports/oldest" in message


def test_preparation_alone_loads_scipy():
    """The command line loads SciPy and scikit-image when it prepares an image, not before."""
    code = "import sys, mnist_compare.cli.predict, mnist_compare.cli.run; print({'scipy', 'skimage'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


def test_folder_that_is_no_comparison_is_refused(tmp_path):
    """`predict` with a folder that holds no comparison, or none at all, says which file it looks for."""
    draw(1).save(tmp_path / "one.png")
    for folder in (".", "nowhere", "one.png"):
        message = refusal(run_here("predict", "--run", folder, "one.png", cwd=tmp_path))
        assert "results.jsonl" in message
        assert "folder of a comparison" in message
        assert "none below reports" in message


def test_unknown_device_is_refused(finished, tmp_path):
    """`predict` on a device that is not there says so, and which there are."""
    draw(1).save(tmp_path / "one.png")
    message = refusal(run_here("predict", "--run", finished.folder, "--device", "tpu", "one.png", cwd=tmp_path))
    assert "Unknown device 'tpu'" in message
