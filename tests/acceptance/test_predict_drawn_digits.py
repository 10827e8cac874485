"""A digit that a user has drawn is recognised by networks of all three frameworks."""

import json
from pathlib import Path

import matplotlib
import pytest
from commands import compare, run
from PIL import Image, ImageDraw, ImageFont

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
FONT = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"


def draw(path: Path, digit: int) -> Path:
    """A digit in black on white, 300 x 400 pixels."""
    image = Image.new("L", (300, 400), 255)
    font = ImageFont.truetype(str(FONT), 300)
    ImageDraw.Draw(image).text((150, 200), str(digit), fill=0, font=font, anchor="mm")
    image.save(path)
    return path


@pytest.mark.parametrize("options", [(), ("--raw",)], ids=["prepared", "raw"])
def test_drawn_digits_are_recognised(tmp_path: Path, options: tuple[str, ...]) -> None:
    """`predict` names the drawn 2, 3 and 5 in every framework."""
    folder = tmp_path / "out"
    compare(folder, "--epochs", "2")
    digits = [2, 3, 5]
    images = [draw(tmp_path / f"{digit}.png", digit) for digit in digits]
    answers = json.loads(run("predict", *images, "--run", folder, "--json", *options).stdout)
    assert {answer["backend"] for answer in answers} == {"torch", "keras", "paddle"}
    for answer in answers:
        assert [image["digit"] for image in answer["images"]] == digits, answer["backend"]
