"""An image file, read within bounds: upright, in full bit depth, its transparent parts filled."""

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_compare.data.image_source import (
    FORMATS,
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    ImageBytes,
    ImageSource,
    can_open,
)
from mnist_compare.errors import DataError
from mnist_compare.io.reading import file_size

SIDE = 640
"""No side of an image in work is longer: a larger image is reduced by averaging."""
DEPTHS = (1.0, 255.0, 4095.0, 65535.0)
"""What the largest gray may be: of the least that holds all of an image, its grays are fractions."""
NO_BYTES = 10.0
"""Grays that are no whole numbers and stay below this have a range of their own, such as from 0 to 1.05."""
HUGE = 1e30
"""Grays beyond this count as it, so that their differences stay finite."""
SEVERAL = ("GIF", "PNG", "TIFF", "WEBP")
"""Formats whose files may hold several images: animations, and documents of several pages."""

Pixels = NDArray[np.float32]


class TooManyPixels(DataError):
    """An image that is larger than what is read."""


def open_upright(source: ImageSource) -> Image.Image:
    """The image of a file, upright: in mode L, RGB or RGBA of 8 bits, or F with grays from 0 to 1.

    Raises DataError for a file that is no image, or is enormous.
    """
    most, formats = MAX_PIXELS, FORMATS
    if isinstance(source, ImageBytes):
        most, formats = source.most_pixels, source.formats
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damage that is survived, and of sizes that are looked at below
            with Image.open(_opened(source), formats=can_open(formats)) as image:
                if image.width * image.height > most or max(image.size) > MAX_SIDE:
                    raise TooManyPixels(
                        f"{source} has {image.width} x {image.height} pixels; up to {most:,} are read, and up to "
                        f"{MAX_SIDE:,} on a side. Make it smaller."
                    )
                return _plain(ImageOps.exif_transpose(image))
    except DataError:
        raise
    except Image.DecompressionBombError:
        raise TooManyPixels(
            f"{source} has more than {most:,} pixels, which are the most that are read. Make it smaller."
        ) from None
    except UnidentifiedImageError as error:
        reason = "" if isinstance(source, ImageBytes) else f": {str(error).rstrip('.')}"
        raise DataError(f"{source} is no image that can be read ({', '.join(formats)}){reason}.") from None
    # For damaged bytes Pillow raises exceptions of many kinds, SyntaxError and TypeError among them.
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".") or type(error).__name__
        raise DataError(f"Cannot read the image {source}: {reason}.") from None


def _opened(source: ImageSource) -> Path | BytesIO:
    """What Pillow opens; raises OSError for a file that is too large, or none."""
    if isinstance(source, ImageBytes):
        return BytesIO(source.content)
    file_size(source, MAX_FILE_BYTES)
    return source


def _plain(image: Image.Image) -> Image.Image:
    """The image in one of four modes: L, RGB or RGBA of 8 bits, or F with fractions for grays of more."""
    if image.mode.startswith(("I", "F")):
        deep = image.convert("I").convert("F") if image.mode.startswith("I;") else image.convert("F")
        return Image.fromarray(_fractions(np.asarray(deep)))
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def read_image(source: ImageSource) -> Pixels:
    """The image of a file, upright: [height, width, channels], 0 to 1, one channel or three.

    Raises DataError as `open_upright` does.
    """
    image = open_upright(source)
    factor = -(-max(image.size) // SIDE)
    if factor > 1:
        image = image.reduce(factor)
    pixels = np.asarray(image, dtype=np.float32)
    if image.mode == "F":
        return pixels[..., None]
    pixels = pixels.reshape(*pixels.shape[:2], -1) / np.float32(255)
    return _filled(pixels) if image.mode == "RGBA" else pixels


def has_several(source: ImageSource) -> bool:
    """Whether a file that could be read holds other images behind the first, which is the one that is read."""
    try:
        with warnings.catch_warnings(), Image.open(_opened(source), formats=SEVERAL) as image:
            warnings.simplefilter("ignore")
            image.seek(1)
    except Exception:  # the usual one is EOFError, and of damage Pillow raises any
        return False
    return True


def _fractions(grays: Pixels) -> Pixels:
    """Grays of any depth from 0 to 1; what is no number counts as the middle one."""
    known = np.isfinite(grays)
    if not known.all():
        grays = np.where(known, grays, np.median(grays[known]) if known.any() else 0)
    grays = np.clip(grays, -HUGE, HUGE)
    least, most = min(0.0, float(grays.min())), float(grays.max())
    depth = next((depth for depth in DEPTHS if most <= depth), most)
    if least < 0 or (1 < most < NO_BYTES and (grays != np.rint(grays)).any()):
        depth = most - least
    return ((grays - np.float32(least)) / np.float32(depth or 1)).astype(np.float32)


def _filled(pixels: Pixels) -> Pixels:
    """Transparent parts filled with white or black: what is farther from the colours that can be seen.

    So ink of one colour on nothing is seen, whatever its colour is.
    """
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    if alpha.min() == 1:
        return colours
    seen = float((colours.mean(axis=2, keepdims=True) * alpha).sum() / max(float(alpha.sum()), 1e-9))
    return colours * alpha + np.float32(seen < 0.5) * (1 - alpha)
