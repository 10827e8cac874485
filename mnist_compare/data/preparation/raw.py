"""The plainest way: nothing is looked for, the whole image is resized."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_compare.data.image_source import ImageSource
from mnist_compare.data.preparation.file import open_upright
from mnist_compare.data.preparation.form import SIDE


def raw_digit(source: ImageSource) -> NDArray[np.uint8]:
    """The whole image, uint8 [28, 28]: grayscale (transparent parts are white), inverted where its border is light,
    padded to a square and resized. Raises DataError for a file that is no image, or is enormous.
    """
    image = open_upright(source)
    if image.mode == "F":
        image = Image.fromarray((np.asarray(image) * 255).round().astype(np.uint8))
    rgba = image.convert("RGBA")
    gray = np.asarray(Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("L"))
    border = np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]]))
    ink, ground = (255 - gray, 255 - border) if border > 127 else (gray, border)
    height, width = ink.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    square = np.full((side, side), ground, dtype=np.uint8)
    square[top : top + height, left : left + width] = ink
    return np.asarray(Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.LANCZOS))


MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def raw_image(source: ImageSource, channels: int, sides: tuple[int, int] | None) -> NDArray[np.uint8]:
    """The whole image, uint8 [C, H, W], in its own colours (transparent parts are white where there is no fourth
    channel), resized to height and width where these are given. Raises DataError for a file that is no image, or is
    enormous.
    """
    image = open_upright(source)
    if image.mode == "F":
        image = Image.fromarray((np.asarray(image) * 255).round().astype(np.uint8))
    rgba = image.convert("RGBA")
    whole = rgba if channels == 4 else Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    whole = whole.convert(MODES[channels])
    pixels = np.asarray(whole.resize(sides[::-1], Image.Resampling.LANCZOS) if sides else whole)
    return np.ascontiguousarray(np.atleast_3d(pixels).transpose(2, 0, 1))
