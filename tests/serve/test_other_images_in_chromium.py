"""The page in a real browser, for images that are no digits: in colours, of many classes with long names."""

import subprocess
import sys

import numpy as np
import pytest
from drawing_tab import CHROMIUM, THREE, DrawingTab, chromium
from PIL import Image
from serving import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]
NAMES = [f"{kind}_{number}" for kind in ("aquarium_fish", "sweet_pepper", "bee") for number in range(10)]
ASKED = ("-b", "numpy", "-a", "cnn", "--epochs", "1", "--quiet", "--no-report", "--no-latency")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of a network of 30 classes of pictures, 32x32 in colours."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name in NAMES:
        for part, count in (("train", 3), ("test", 1)):
            place = folder / "set" / part / name
            place.mkdir(parents=True)
            for number in range(count):
                Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(place / f"{number}.png")
    asked = (*ASKED, "--dataset", str(folder / "set"), "-o", str(folder / "out"))
    subprocess.run([sys.executable, "-m", "mnist_compare", *asked], check=True, capture_output=True, timeout=300)
    with Server(folder / "out") as running:
        running.wait()
        running.wait_for_images()
        yield running


@pytest.fixture(scope="module")
def page(server, tmp_path_factory):
    """The page, opened."""
    with chromium(tmp_path_factory.mktemp("profile")) as tab:
        found = DrawingTab(tab, server)
        found.open()
        yield found


def test_the_likeliest_of_many_classes_are_shown(page):
    """Ten classes stand in the table, the likeliest first, and how many others there are; a press shows them all."""
    page.draw(THREE)
    (read,) = page.wait_for_answer()
    rows = "[...document.querySelectorAll('tbody th')].map(one => one.textContent)"
    assert page.run(rows)[0] == read
    assert page.run(rows)[-1] == "20 others"
    page.press("#all")
    assert sorted(page.run(rows)) == sorted(NAMES)
    page.press("#all")


def test_the_words_are_those_of_images(page):
    """Nothing speaks of digits, in either language."""
    assert "digit" not in page.run("document.body.innerText")
    page.press("[data-language=zh]")
    assert "数字" not in page.run("document.body.innerText")
    page.press("[data-language=en]")


def test_colours_are_shown_as_they_are(page):
    """A test image in colours goes onto the paper, is seen in its colours, and is answered."""
    page.press(".examples button")
    page.wait_for_answer()
    pixel = "[...document.getElementById('seen').getContext('2d').getImageData(5, 5, 1, 1).data]"
    own = "[...document.querySelector('.examples canvas').getContext('2d').getImageData(5, 5, 1, 1).data]"
    assert page.run(pixel) == page.run(own)


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_long_names_fit(page, width):
    """With long names nothing is wider than its window."""
    page.open(width=width, height=844)
    page.draw(THREE)
    page.wait_for_answer()
    assert page.run("document.documentElement.scrollWidth") <= width
