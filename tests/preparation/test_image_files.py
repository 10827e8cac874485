"""What an image file holds: grays of any depth and range, and several images."""

import numpy as np
import pytest
from mnist_ink import EIGHT, FIVE, SIZE, ink, likeness
from PIL import Image

from mnist_compare.data.preparation import Page, has_several, raw_digit

FLOATS = {
    "-1 to 1": lambda gray: 2 * gray - 1,
    "a little beyond 0 and 1": lambda gray: 1.1 * gray - 0.05,
    "0 to 1.05": lambda gray: 1.05 * gray,
    "0 to 3": lambda gray: 3 * gray,
    "signed 16 bits": lambda gray: (65535 * gray).round() - 32768,
    "bytes with fractions": lambda gray: 254.3 * gray,
    "with NaN": lambda gray: np.where(np.arange(SIZE) < 9, np.nan, gray),
    "with infinities": lambda gray: np.where(
        np.eye(SIZE) > 0, np.array([np.inf, -np.inf])[np.indices(gray.shape)[0] % 2], gray
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", FLOATS)
def test_floats_of_any_range(page, mnist, kind):
    """Whatever the range of a float TIFF, its digit is found; what is no number hides nothing else."""
    gray = 1 - 0.9 * ink(mnist.test_images[EIGHT, 0])
    (digit,) = page(Image.fromarray(FLOATS[kind](gray).astype(np.float32)), "page.tiff").digits
    assert likeness(digit, mnist.test_images[EIGHT, 0]) > 0.9


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("grays", [(np.nan, np.nan), (3e38, -3e38), (1e-38, 0), (0, 0), (-7, -7), (np.inf, np.inf)])
def test_floats_without_a_digit(page, grays):
    """Floats that are extreme, all alike or no numbers hold no digit, and give no warning."""
    pixels = np.full((60, 60), grays[0], np.float32)
    pixels[0, 0] = grays[1]
    assert page(Image.fromarray(pixels), "page.tiff") == Page([], 0)


@pytest.mark.parametrize("depth", [1.0, 65535.0])
def test_raw_keeps_the_grays_of_a_deep_image(mnist, tmp_path, depth):
    """As it is, an image of 16 bits or floats gives what the same image of 8 bits gives."""
    gray = 1 - 0.9 * ink(mnist.test_images[EIGHT, 0])
    Image.fromarray((gray * 255).round().astype(np.uint8)).save(tmp_path / "plain.png")
    Image.fromarray((gray * depth).astype(np.float32 if depth == 1 else np.uint16)).save(tmp_path / "deep.tiff")
    plain, deep = (raw_digit(tmp_path / name).astype(int) for name in ("plain.png", "deep.tiff"))
    assert np.abs(plain - deep).max() <= 3  # of 255: halves are rounded either way


@pytest.mark.parametrize("name", ["page.gif", "page.png", "page.tiff", "page.webp", "page.bmp"])
def test_the_first_of_several_images_is_read(page, tmp_path, mnist, name):
    """Of an animation or a document of several pages the first is read, and it is known that there are more."""
    first, *others = [
        Image.fromarray(((1 - ink(mnist.test_images[n, 0])) * 255).astype(np.uint8)) for n in (EIGHT, FIVE, 0)
    ]
    (alone,) = page(first, name).digits
    assert not has_several(tmp_path / name)
    if name != "page.bmp":
        (digit,) = page(first, name, save_all=True, append_images=others).digits
        assert likeness(digit, alone) > 0.95
        assert has_several(tmp_path / name)
