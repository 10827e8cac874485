import json
import struct
import zlib
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from command_line import refusal, run_cli
from PIL import Image, ImageDraw, ImageFont

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
    """Saves images as PNG and gives what `predict --json` says to each."""
    place = tmp_path_factory.mktemp("images")

    def predict(images, *options):
        paths = [place / f"{number}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            image.save(path)
        result = run_cli("predict", "--run", "out", "--json", *options, *paths, cwd=trained)
        assert result.returncode == 0, result.stderr
        (network,) = json.loads(result.stdout)
        assert [shown["image"] for shown in network["images"]] == [str(path) for path in paths]
        return network["images"]

    return predict


def digits(answers):
    return [shown["digit"] for shown in answers]


def count_right(answers):
    return sum(found == digit for found, digit in zip(digits(answers), DIGITS, strict=True))


def test_large_digits_are_read(answer):
    """Printed digits that fill a picture, black on white, are recognised as they are."""
    assert count_right(answer([draw(digit) for digit in DIGITS])) >= 8


def test_small_digits_in_a_corner_are_read_with_centre(answer):
    """With --centre, digits are recognised wherever they stand on the paper, which fails without it."""
    images = [draw(digit, size=120, at=(230, 320)) for digit in DIGITS]
    assert count_right(answer(images, "--centre")) >= 8
    assert count_right(answer(images)) <= 5


def test_paper_and_ink_can_be_of_any_kind(answer):
    """White on black, transparent paper, colour and 1-bit images give the same answer as black on white."""
    plain = draw(3)
    clear = Image.new("RGBA", plain.size)
    clear.putalpha(Image.fromarray(255 - np.asarray(plain)))
    images = [plain, draw(3, paper=0, ink=255), clear, plain.convert("RGB"), plain.convert("P"), plain.convert("LA")]
    answers = answer(images)
    assert digits(answers) == [3] * len(images)
    for shown in answers[1:]:
        assert shown["outputs"] == pytest.approx(answers[0]["outputs"], abs=1e-3)


def test_photos_are_turned_upright(trained, tmp_path):
    """A photo that says in its EXIF data how it was held is read upright, as every viewer shows it."""
    held = Image.Exif()
    held[0x0112] = 6
    draw(7).save(tmp_path / "upright.png")
    draw(7).rotate(90, expand=True).save(tmp_path / "held.png", exif=held)
    images = (tmp_path / "upright.png", tmp_path / "held.png")
    (network,) = json.loads(run_cli("predict", "--run", "out", "--json", *images, cwd=trained).stdout)
    upright, turned = network["images"]
    assert turned["outputs"] == upright["outputs"]


def test_probabilities_belong_to_the_digits(answer):
    """The probabilities of a picture are ten that add up to one, and the digit is that of the largest."""
    for shown in answer([draw(digit) for digit in DIGITS]):
        assert len(shown["probabilities"]) == len(shown["outputs"]) == 10
        assert sum(shown["probabilities"]) == pytest.approx(1)
        assert np.argmax(shown["probabilities"]) == np.argmax(shown["outputs"]) == shown["digit"]


def test_answers_in_words_have_a_line_per_network(finished, tmp_path):
    """Without --json each image has a line per network and seed; a regression shows the output that it cuts."""
    draw(1).save(tmp_path / "one.png")
    result = run_cli("predict", "--run", finished.folder, "one.png", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "one.png"
    assert [line.split()[:2] for line in lines[1:]] == [["numpy", "mlp"]] * 2 + [["numpy", "linear"]] * 2
    assert "%" in lines[1]
    assert "seed 1" in lines[2]
    assert "cut to an integer" in lines[3]


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
    message = refusal(run_cli("predict", "--run", finished.folder, "image.png", cwd=tmp_path))
    assert all(word in message for word in ["image.png", *words]), message


def test_enormous_image_names_its_size(finished, tmp_path):
    """An image just above the limit is refused with its size and the limit."""
    (tmp_path / "image.png").write_bytes(png_header(8000, 8000))
    message = refusal(run_cli("predict", "--run", finished.folder, "image.png", cwd=tmp_path))
    assert "8000 x 8000 pixels" in message
    assert "50,000,000" in message


def test_folder_that_is_no_comparison_is_refused(tmp_path):
    """`predict` with a folder that holds no comparison, or none at all, says which file it looks for."""
    draw(1).save(tmp_path / "one.png")
    for folder in (".", "nowhere", "one.png"):
        message = refusal(run_cli("predict", "--run", folder, "one.png", cwd=tmp_path))
        assert "results.jsonl" in message
        assert "folder of a comparison" in message


def test_unknown_device_is_refused(finished, tmp_path):
    """`predict` on a device that is not there says so, and which there are."""
    draw(1).save(tmp_path / "one.png")
    message = refusal(run_cli("predict", "--run", finished.folder, "--device", "tpu", "one.png", cwd=tmp_path))
    assert "Unknown device 'tpu'" in message
