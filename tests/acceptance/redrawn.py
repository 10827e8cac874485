"""Test digits of MNIST, redrawn as the image files that people have: large, on paper, with a camera's faults."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage import morphology

from mnist_compare.data import load_dataset

Gray = NDArray[np.float64]
"""A page or the coverage of its pixels by ink, [height, width], from 0 to 1."""
SCALE = 20
"""Pixels of a redrawn digit for one of MNIST's: its box of 20 becomes 400 high."""
EVERY = 28 * SCALE
PAIRS = (
    ((200, 60, 60), (60, 128, 60)),  # red on green of the same luminance, and so on
    ((30, 90, 200), (120, 80, 60)),
    ((230, 140, 30), (110, 170, 210)),
    ((150, 40, 150), (70, 90, 80)),
    ((250, 240, 90), (200, 250, 250)),
    ((20, 60, 130), (240, 225, 180)),
    ((240, 190, 210), (120, 20, 40)),
    ((60, 140, 70), (235, 190, 60)),
)


def choose(per_digit: int = 20, seed: int = 0) -> tuple[NDArray[np.uint8], list[int]]:
    """As many test images of each digit, drawn by the seed, and their labels."""
    data = load_dataset("mnist")
    random = np.random.default_rng(seed)
    picked = [random.choice(np.flatnonzero(data.test_labels == digit), per_digit, replace=False) for digit in range(10)]
    indices = np.stack(picked, axis=1).ravel()
    return data.test_images[indices, 0], data.test_labels[indices].tolist()


def shape(image: NDArray[np.uint8], scale: float = SCALE) -> Gray:
    """The outline of a digit of MNIST in a large field, drawn smoothly: 1 where its ink is, with soft edges."""
    large = ndimage.zoom(image.astype(np.float64), scale, order=3, mode="grid-constant", grid_mode=True)
    return soft(ndimage.gaussian_filter(large, scale / 4) > 105)


def soft(mask: NDArray[np.bool_]) -> Gray:
    """A mask with the edges of a scanner's or a drawing program's."""
    return np.clip(ndimage.gaussian_filter(mask.astype(np.float64), 0.7), 0, 1)


def lay(ink: Gray, size: tuple[int, int], at: tuple[int, int]) -> Gray:
    """A page, [height, width], that has the ink at that place, from above and from the left."""
    page = np.zeros(size)
    page[at[0] : at[0] + ink.shape[0], at[1] : at[1] + ink.shape[1]] = ink
    return page


def paint(ink: Gray, paper: float | Gray = 1.0, colour: float = 0.1) -> Gray:
    """What is seen: ink that lets `colour` of the light through, on paper of that brightness."""
    return paper * (1 - (1 - colour) * ink)


def save(page: Gray, path: Path, **options: object) -> Path:
    """The page as a file of 8 bits."""
    Image.fromarray((np.clip(page, 0, 1) * 255).round().astype(np.uint8)).save(path, **options)
    return path


def clean(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    return save(paint(shape(image)), path.with_suffix(".png"))


def corner(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    ink = shape(image, 4)
    at = (0, 0), (0, 1000 - 112), (800 - 112, 0), (800 - 112, 1000 - 112)
    return save(paint(lay(ink, (800, 1000), at[random.integers(4)])), path.with_suffix(".png"))


def thick(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """Each edge moved out by one pixel of MNIST's, so that strokes are about 1.7 times as wide."""
    away = ndimage.distance_transform_edt(np.pad(shape(image), SCALE) < 0.5)
    return save(paint(soft(away <= SCALE)), path.with_suffix(".png"))


def thin(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """The middle line of the digit, 3 pixels wide, on 1000 x 1000 pixels."""
    line = morphology.skeletonize(shape(image, 1000 / 28) > 0.5)
    return save(paint(soft(ndimage.binary_dilation(line, np.ones((3, 3))))), path.with_suffix(".png"))


def white_on_black(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    return save(0.05 + 0.9 * shape(image), path.with_suffix(".png"))


def coloured(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """One of eight pairs of colours, most of them of nearly the same luminance."""
    ink, paper = (np.array(colour) for colour in PAIRS[random.integers(len(PAIRS))])
    page = paper + shape(image)[..., None] * (ink - paper)
    Image.fromarray(page.round().astype(np.uint8)).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def alpha_only(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """White or black everywhere: the opacity alone is the digit."""
    rgba = np.full((EVERY, EVERY, 4), 255 * random.integers(2), dtype=np.uint8)
    rgba[..., 3] = (255 * shape(image)).round()
    Image.fromarray(rgba).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def sixteen_bits(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """Half of them use all 16 bits, half the lower 12 alone, as many cameras and scanners do."""
    largest = 65535 if random.integers(2) else 4095
    pixels = (paint(shape(image), 0.9) * largest).round().astype(np.uint16)
    Image.fromarray(pixels).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def black_frame(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """What lies around the page is black, of another width on each side."""
    sides = random.integers(10, 70, 4)
    page = np.full((EVERY + 140, EVERY + 140), 0.03)
    page[sides[0] : -sides[1], sides[2] : -sides[3]] = 0.95
    return save(np.minimum(page, paint(lay(shape(image), page.shape, (70, 70)))), path.with_suffix(".png"))


def slope(size: int, random: np.random.Generator) -> Gray:
    """A plane in some direction, from 0 at one corner to 1 at the opposite one."""
    angle = random.uniform(0, 2 * np.pi)
    down, right = np.mgrid[0:size, 0:size] - (size - 1) / 2
    plane = down * np.sin(angle) + right * np.cos(angle)
    return (plane - plane.min()) / np.ptp(plane)


def gradient_with_noise(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """Paper from 255 to 90, with noise of 8 (standard deviation)."""
    page = paint(shape(image), (255 - 165 * slope(EVERY, random)) / 255, 0.2)
    return save(page + random.normal(0, 8 / 255, page.shape), path.with_suffix(".png"))


def shadow(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """A shadow whose soft edge crosses the digit leaves 40 to 50 % of the light; a camera's noise of 3."""
    page = paint(shape(image), 0.92 * shade(EVERY, random), 0.2)
    return save(page + random.normal(0, 3 / 255, page.shape), path.with_suffix(".jpg"), quality=85)


def shade(size: int, random: np.random.Generator) -> Gray:
    """The light that a shadow leaves, with an edge of a twelfth to a quarter of the page near its middle."""
    edge = (slope(size, random) - random.uniform(0.4, 0.6)) / random.uniform(0.02, 0.06)
    return 1 - random.uniform(0.5, 0.6) / (1 + np.exp(-edge))


def two_tone_paper(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """Two papers meet in a sharp edge across the digit: one of 250, the other of 150 to 190."""
    darker = random.uniform(150, 190) / 255
    paper = np.where(slope(EVERY, random) > random.uniform(0.4, 0.6), 250 / 255, darker)
    return save(paint(shape(image), paper, 0.2), path.with_suffix(".png"))


def jpeg_20(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """A small picture, 112 x 112, in which the blocks of 8 x 8 are as wide as the strokes."""
    return save(paint(shape(image, 4), 0.9), path.with_suffix(".jpg"), quality=20)


def turned_by_exif(image: NDArray[np.uint8], path: Path, random: np.random.Generator) -> Path:
    """Stored in one of the seven ways that EXIF knows beside upright."""
    orientation = int(random.integers(2, 9))
    page = paint(shape(image))
    stored = {
        2: np.fliplr(page),
        3: np.rot90(page, 2),
        4: np.flipud(page),
        5: page.T,
        6: np.rot90(page),
        7: np.rot90(page, 2).T,
        8: np.rot90(page, 3),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    return save(stored[orientation], path.with_suffix(".jpg"), exif=exif)


Draw = Callable[[NDArray[np.uint8], Path, np.random.Generator], Path]
CLEAN: dict[str, Draw] = {
    "clean": clean,
    "small in a corner": corner,
    "thick": thick,
    "thin on 1000 px": thin,
    "white on black": white_on_black,
    "coloured on coloured": coloured,
    "alpha only": alpha_only,
    "16 bits": sixteen_bits,
    "black frame": black_frame,
    "turned by EXIF": turned_by_exif,
}
HARD: dict[str, Draw] = {
    "gradient with noise": gradient_with_noise,
    "shadow": shadow,
    "two-tone paper": two_tone_paper,
    "JPEG at quality 20": jpeg_20,
}


def draw_kind(kind: str, images: NDArray[np.uint8], folder: Path) -> list[Path]:
    """The images redrawn in that kind, as files of a folder; the same every time."""
    kinds = CLEAN | HARD
    random = np.random.default_rng(list(kinds).index(kind))
    folder.mkdir(parents=True, exist_ok=True)
    return [kinds[kind](image, folder / f"{number:03}", random) for number, image in enumerate(images)]


def blank_pages(count: int, folder: Path) -> list[Path]:
    """Pages without ink: white, gray, noisy, with a gradient and noise, with a shadow and noise, in turn."""
    random = np.random.default_rng(100)
    folder.mkdir(parents=True, exist_ok=True)
    size = 560
    papers: list[Callable[[], Gray]] = [
        lambda: np.ones((size, size)),
        lambda: np.full((size, size), random.uniform(0.1, 0.9)),
        lambda: random.normal(random.uniform(0.2, 0.9), random.uniform(2, 20) / 255, (size, size)),
        lambda: (255 - 165 * slope(size, random)) / 255 + random.normal(0, 8 / 255, (size, size)),
        lambda: 0.92 * shade(size, random) + random.normal(0, 3 / 255, (size, size)),
    ]
    return [save(papers[number % 5](), folder / f"{number:03}.png") for number in range(count)]


def two_digits(images: NDArray[np.uint8], count: int, folder: Path) -> list[Path]:
    """Pages with two digits each: mostly side by side as in a number, some apart, some one above the other."""
    random = np.random.default_rng(200)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        first, second = (trim(shape(images[i], 12)) for i in random.choice(len(images), 2, replace=False))
        gap = int(random.uniform(0.15, 0.5) * 240)
        below = number % 5 == 4
        page = np.zeros((700, 700))
        at = (60, int(random.integers(40, 120)))
        page[at[0] : at[0] + first.shape[0], at[1] : at[1] + first.shape[1]] = first
        down = at[0] + (first.shape[0] + gap if below else int(random.integers(0, 40)))
        right = at[1] + (int(random.integers(0, 40)) if below else first.shape[1] + gap)
        page[down : down + second.shape[0], right : right + second.shape[1]] = second
        paths.append(save(paint(page, 0.95), folder / f"{number:03}.png"))
    return paths


def trim(ink: Gray) -> Gray:
    """The smallest part that holds all the ink."""
    rows, columns = np.nonzero(ink > 0.05)
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
