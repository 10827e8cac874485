import numpy as np
import pytest
from mnist_ink import EIGHT, FIVE, SIZE, ink, likeness
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_compare.data.preparation import Page, picture
from mnist_compare.data.preparation.form import WIDTHS
from mnist_compare.data.preparation.strokes import stroke_width

SAMPLES = (0, 1, 3, 4, 7, FIVE, 18, EIGHT)


def shade(sharp):
    """From light to half of it, from left to right."""
    return 1 - 0.5 / (1 + np.exp(-(np.arange(SIZE) - SIZE / 2) / sharp))[None]


def noise(deviation, seed=0):
    return np.random.default_rng(seed).normal(0, deviation / 255, (SIZE, SIZE))


def on_nothing(colour):
    def draw(mark):
        rgba = np.full((SIZE, SIZE, 4), colour, dtype=np.uint8)
        rgba[..., 3] = (mark * 255).round()
        return rgba

    return draw


def coloured(ink_colour, paper):
    return lambda mark: (paper + mark[..., None] * (np.array(ink_colour) - paper)).round().astype(np.uint8)


def framed(mark):
    dark = np.zeros((SIZE + 60, SIZE + 80))
    dark[20:-40, 50:-30] = 1 - 0.9 * mark
    return dark


def boxed(mark):
    pixels = np.ones((SIZE + 80, SIZE + 80))
    pixels[20:-20, 20:-20] = 0
    pixels[23:-23, 23:-23] = 1
    pixels[40:-40, 40:-40] = 1 - mark
    return pixels


def ruled(mark):
    pixels = np.where(np.arange(SIZE)[:, None] % 40 < 2, 0.3, 1.0) * np.ones((SIZE, SIZE))
    return np.minimum(pixels, 1 - 0.9 * mark)


PAGES = {
    "black on white": lambda mark: 1 - mark,
    "white on black": lambda mark: 0.05 + 0.9 * mark,
    "16 bits": lambda mark: Image.fromarray(((1 - 0.9 * mark) * 65535).astype(np.uint16)),
    "12 bits": lambda mark: Image.fromarray(((1 - 0.9 * mark) * 4095).astype(np.uint16)),
    "white ink on nothing": on_nothing(255),
    "black ink on nothing": on_nothing(0),
    "red on green": coloured((200, 60, 60), np.array((60, 128, 60))),
    "blue on orange": coloured((20, 60, 130), np.array((235, 190, 60))),
    "faint pencil": lambda mark: 0.9 - 0.06 * mark + noise(1.5),
    "shadow": lambda mark: 0.9 * shade(12) * (1 - 0.8 * mark) + noise(3),
    "two papers": lambda mark: np.where(shade(12) > 0.75, 0.98, 0.65) * (1 - 0.8 * mark),
    "gradient": lambda mark: np.linspace(1, 0.35, SIZE)[:, None] * (1 - 0.8 * mark) + noise(8),
    "dark frame": framed,
    "in a box": boxed,
    "on ruled paper": ruled,
    "in a corner": lambda mark: np.pad(1 - mark, ((0, 600), (400, 0)), constant_values=1.0),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("number", [EIGHT, 0, FIVE])
def test_a_digit_is_found_on_any_page(page, mnist, kind, number):
    """However a digit is painted, on whatever page, what the networks get is nearly MNIST's own image."""
    image = mnist.test_images[number, 0]
    found = page(PAGES[kind](ink(image)))
    assert len(found.digits) == 1
    assert likeness(found.digits[0], image) > 0.9


@pytest.mark.parametrize("form", ["float TIFF", "32 bits TIFF"])
def test_gray_of_more_than_8_bits(page, mnist, form):
    """A TIFF with gray as float or as 32-bit integers is read in its full depth."""
    pixels = 1 - 0.9 * ink(mnist.test_images[EIGHT, 0])
    deep = pixels.astype(np.float32) if form == "float TIFF" else (pixels * 3000).astype(np.int32)
    (digit,) = page(Image.fromarray(deep), "page.tiff").digits
    assert likeness(digit, mnist.test_images[EIGHT, 0]) > 0.9


@pytest.mark.parametrize("light", [False, True])
def test_images_of_mnist_stay_what_they_are(page, mnist, light):
    """MNIST's own images come through nearly unchanged, white on black as they are and inverted."""
    images = mnist.test_images[10:60, 0]
    found = [page(255 - image if light else image).digits for image in images]
    assert [len(digits) for digits in found] == [1] * 50
    differences = [np.abs(digits[0].astype(int) - image).mean() for digits, image in zip(found, images, strict=True)]
    assert np.mean(differences) < 2
    assert np.mean(np.array(differences) < 3) > 0.8  # the others are a pixel beside it


@pytest.mark.parametrize("stroke", [1, 3, 60])
def test_strokes_are_made_as_wide_as_those_of_mnist(page, mnist, stroke):
    """A line of a pixel and one of a brush both become strokes of a width that MNIST has."""
    image = Image.new("L", (600, 600), 255)
    ImageDraw.Draw(image).line([(150, 120), (450, 120), (250, 500)], fill=0, width=stroke, joint="curve")
    (digit,) = page(image).digits
    large = ndimage.zoom(digit.astype(float), 8, order=1, mode="grid-constant", grid_mode=True) > 127
    assert WIDTHS[0] - 0.5 < stroke_width(large) / 8 < WIDTHS[1] + 0.5


BLANK = {
    "white": np.ones((SIZE, SIZE)),
    "black": np.zeros((SIZE, SIZE)),
    "noise": 0.5 + noise(20),
    "bright noise": 1 + noise(8),
    "gradient": np.linspace(1, 0.35, SIZE)[:, None] + noise(8),
    "shadow": 0.9 * shade(12) + noise(3),
    "two papers": np.where(np.arange(SIZE) < 100, 1, 0.6) * np.ones((SIZE, SIZE)),
    "frame": np.pad(np.ones((SIZE, SIZE)), 20),
    "thin frame": np.pad(np.pad(np.ones((SIZE, SIZE)), 4), 20, constant_values=1.0),
    "one pixel": np.zeros((1, 1)),
    "four pixels": np.eye(2),
    "a speck": np.pad(np.zeros((3, 3)), 140, constant_values=1.0),
}


@pytest.mark.parametrize("kind", BLANK)
def test_blank_pages_have_no_ink(page, kind):
    """Where nothing is written nothing is found, whatever the ground is like."""
    assert page(BLANK[kind]) == Page([], 0)


down, right = np.mgrid[-1:1:300j, -1:1:300j]
PATCHES = {"disk": down**2 + right**2 > 0.2, "square": np.maximum(abs(down), abs(right)) > 0.4}
PATCHES["chequers"] = (np.indices((300, 300)) // 40).sum(axis=0) % 2


@pytest.mark.parametrize("kind", PATCHES)
def test_patches_are_no_digits(page, kind):
    """Ink that has not the strokes of a digit is given to no network."""
    assert page(PATCHES[kind].astype(float)) == Page([], 1)


@pytest.mark.parametrize("gap", [4, 20, 40])
def test_the_loose_bar_of_a_digit_belongs_to_it(page, gap):
    """A 5 whose bar stands apart is one digit."""
    image = Image.new("L", (400, 400), 255)
    pen = ImageDraw.Draw(image)
    pen.line([(160, 80), (150, 180)], fill=0, width=16)
    pen.arc((120, 170, 260, 330), 230, 500, fill=0, width=16)
    pen.line([(170 + gap, 80), (250 + gap, 75)], fill=0, width=16)
    assert len(page(image).digits) == 1


def test_a_loose_bar_belongs_to_the_digit_that_it_is_nearer_to(page, mnist):
    """The bar of a 5 that ends near a taller 2 neither belongs to the 2 nor joins the two digits."""
    five, two = ink(mnist.test_images[4076, 0]), ink(mnist.test_images[3566, 0])
    columns = [np.flatnonzero((digit > 0.5).any(axis=0)) for digit in (five, two)]
    right = 20 + columns[0][-1] + 35 - columns[1][0]  # of the left edge of the 2, so that 35 pixels are between the two
    pixels = np.ones((320, 640))
    pixels[20:300, 20:300] -= five
    pixels[20:300, right : right + 280] -= two
    assert len(page(np.clip(pixels, 0, 1)).digits) == 2


def test_a_broken_stroke_is_one_mark(page, mnist):
    """A digit that a bad copy has cut in two is one."""
    pixels = 1 - ink(mnist.test_images[0, 0])
    pixels[120:128] = 1
    assert len(page(pixels).digits) == 1


def test_several_digits_come_in_reading_order(page, mnist):
    """The digits of two lines are found from left to right, and from the first line to the second."""
    images = mnist.test_images[list(SAMPLES[:5]), 0]
    pixels = np.ones((2 * SIZE, 3 * SIZE))
    places = ((0, 30), (0, 310), (290, 0), (270, 250), (280, 500))
    for image, (down, right) in zip(images, places, strict=True):
        pixels[down : down + 270, right : right + 270] -= ink(image)[:270, :270]
    found = page(np.clip(pixels, 0, 1)).digits
    assert len(found) == 5
    for digit, image in zip(found, images, strict=True):
        assert likeness(digit, image) > 0.9


def test_dust_is_no_mark(page, mnist):
    """Specks beside a digit are left out."""
    pixels = 1 - ink(mnist.test_images[EIGHT, 0])
    pixels[5:11, 5:11] = pixels[250:256, 270:276] = 0
    (digit,) = page(pixels).digits
    assert likeness(digit, mnist.test_images[EIGHT, 0]) > 0.9


def test_digits_that_touch_the_border(page, mnist):
    """A digit that was cut out closely is found as one that has room around it."""
    pixels = ink(mnist.test_images[EIGHT, 0])
    rows, columns = np.nonzero(pixels > 0.5)
    (digit,) = page(1 - pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]).digits
    assert likeness(digit, mnist.test_images[EIGHT, 0]) > 0.9


def test_a_thin_faint_line_beside_a_strong_one(page):
    """A faint line of one pixel's width, of which nothing is left between its pixels, is read like any other."""
    pixels = np.full((3, 36), 240, np.uint8)
    pixels[2, 3:17], pixels[1, 16], pixels[2, 24:30] = 37, 47, 198
    found = page(pixels)
    assert len(found.digits) + found.patches == 2


def test_small_images(page, mnist):
    """An image of 20 x 12 pixels is enough."""
    small = Image.fromarray(255 - mnist.test_images[EIGHT, 0]).crop((6, 3, 22, 25)).resize((12, 20))
    (digit,) = page(small).digits
    assert likeness(digit, mnist.test_images[EIGHT, 0]) > 0.8


def test_pictures_in_plain_text(mnist):
    """A picture has two rows of pixels in each line, in block characters or in ASCII."""
    digit = np.zeros((28, 28), np.uint8)
    digit[0, 0] = digit[1, 1] = digit[2:4, 2] = 255
    lines = picture(digit, "utf-8").splitlines()
    assert lines[1:3] == ["|▀▄" + " " * 26 + "|", "|  █" + " " * 25 + "|"]
    assert picture(digit, "ascii").splitlines()[1][:4] == "|'. "
    assert len(lines) == 16
