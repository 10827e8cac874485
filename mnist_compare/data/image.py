"""A digit from an image file, made into what the networks were trained on: 28x28, white on black."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_compare.errors import DataError
from mnist_compare.reading import file_size

MAX_FILE_BYTES = 100_000_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 10_000
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WebP")
"""What is read. Pillow knows more, of which one (EPS) is a program that it would have another program execute."""
SIDE = 28
BOX = 20


def read_digit(path: Path, *, centre: bool = False) -> NDArray[np.uint8]:
    """The digit of an image file: uint8 [28, 28], 0 background to 255 foreground.

    Made grayscale (transparent parts are white), inverted when the paper is light, padded to a square and
    resized. With `centre`, the ink is first cut out, fitted into 20x20 and put with its centre of mass in the
    middle, as MNIST itself was made. Raises DataError for a file that is no image, or is enormous.
    """
    ink = _ink(path)
    return _centred(ink) if centre else _resize(_square(ink), SIDE)


def _ink(path: Path) -> NDArray[np.uint8]:
    rgba = _read(path)
    paper = Image.new("RGBA", rgba.size, "white")
    gray = np.asarray(Image.alpha_composite(paper, rgba).convert("L"))
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return 255 - gray if np.median(border) > 127 else gray


def _read(path: Path) -> Image.Image:
    try:
        file_size(path, MAX_FILE_BYTES)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damage that is survived, and of sizes that are looked at below
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                    raise DataError(
                        f"{path} has {image.width} x {image.height} pixels; up to {MAX_PIXELS:,} are read, and up to "
                        f"{MAX_SIDE:,} on a side. Make it smaller."
                    )
                return ImageOps.exif_transpose(image).convert("RGBA")
    except DataError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{path} is no image that can be read ({', '.join(FORMATS)}): {str(error).rstrip('.')}."
        ) from None
    # For damaged bytes Pillow raises exceptions of many kinds, SyntaxError and TypeError among them.
    except Exception as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"Cannot read the image {path}: {reason}.") from None


def _square(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = ink.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    square = np.full((side, side), np.median(border), dtype=np.uint8)
    square[top : top + height, left : left + width] = ink
    return square


def _resize(ink: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling.LANCZOS))


def _centred(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, columns = np.nonzero(ink > int(ink.max()) // 4)
    if not len(rows) or ink.max() == ink.min():
        return _resize(_square(ink), SIDE)
    digit = Image.fromarray(ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    scale = BOX / max(digit.size)
    size = (max(1, round(digit.width * scale)), max(1, round(digit.height * scale)))
    small = np.asarray(digit.resize(size, Image.Resampling.LANCZOS))
    if not small.any():  # specks that vanish when it is made so small
        return _resize(_square(ink), SIDE)
    weights = small.astype(np.float64) / small.sum()
    down = weights.sum(axis=1) @ np.arange(size[1])
    right = weights.sum(axis=0) @ np.arange(size[0])
    top = min(max(0, round((SIDE - 1) / 2 - down)), SIDE - size[1])
    left = min(max(0, round((SIDE - 1) / 2 - right)), SIDE - size[0])
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    image[top : top + size[1], left : left + size[0]] = small
    return image
