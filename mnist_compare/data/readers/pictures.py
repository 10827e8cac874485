"""Image files, decoded within bounds, and put into one array."""

import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mnist_compare.data.image_source import FORMATS, MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE, can_open
from mnist_compare.data.readers.files import check_not_foreign, one_line
from mnist_compare.data.readers.reader import MAX_BYTES, Images
from mnist_compare.errors import DataError
from mnist_compare.io.reading import read_file

if TYPE_CHECKING:
    from PIL import Image  # which takes a while, and is not needed for most data sets

MODES = {"L": 1, "RGB": 3, "RGBA": 4}


class Picture(NamedTuple):
    """One image, uint8 [H, W] gray or [C, H, W], and where it stands."""

    where: str
    pixels: Images


def open_picture(path: Path) -> Picture:
    """The image of a file, upright; raises DataError for what is none, is damaged, or is enormous."""
    try:
        content = read_file(path, MAX_FILE_BYTES)
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}. Give a readable image.") from None
    try:
        return decode_picture(str(path), content)
    except DataError:
        check_not_foreign(path)
        raise


def decode_picture(where: str, content: bytes) -> Picture:
    """The image of the bytes of a file; nothing is decoded before its size is known to be bearable."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, which are looked at here
            with Image.open(BytesIO(content), formats=can_open(FORMATS)) as image:
                if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                    raise DataError(
                        f"{where} has {image.width:,} x {image.height:,} pixels; up to {MAX_PIXELS:,} are read, and up "
                        f"to {MAX_SIDE:,} on a side. Make it smaller."
                    )
                return Picture(where, _pixels(where, ImageOps.exif_transpose(image)))
    except DataError:
        raise
    except Image.DecompressionBombError:
        raise DataError(f"{where} has more than {MAX_PIXELS:,} pixels, the most that are read.") from None
    # For damaged bytes Pillow raises exceptions of many kinds, SyntaxError and TypeError among them.
    except Exception as error:
        raise DataError(
            f"{where} is no image that can be read: {one_line(error).replace(': <_io.BytesIO object', '')}. "
            "Mend it, or take it away."
        ) from None


def _pixels(where: str, image: "Image.Image") -> Images:
    if image.mode.startswith(("I", "F")):
        raise DataError(f"{where} has more than 8 bits for each gray, where 8 are valid. Save it with 8 bits.")
    if image.mode not in MODES:
        gray = image.mode in ("1", "L") or (image.mode == "P" and not image.has_transparency_data and _is_gray(image))
        image = image.convert("L" if gray else "RGBA" if image.has_transparency_data else "RGB")
    array = np.asarray(image, dtype=np.uint8)
    return array if array.ndim == 2 else np.ascontiguousarray(np.moveaxis(array, 2, 0))


def _is_gray(image: "Image.Image") -> bool:
    """Whether all colours of a palette are gray."""
    palette = np.array(image.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def stack(where: str, pictures: Iterable[Picture], number: int) -> Images:
    """The `number` images as one array, [N, H, W] or [N, C, H, W]; gray ones beside coloured ones become coloured.

    Raises DataError where they are of several sizes, or need more memory than is given to them.
    """
    found: list[Images] = []
    first = ""
    for picture in pictures:
        pixels = picture.pixels
        first = first or picture.where
        if number * pixels.nbytes > MAX_BYTES:
            raise DataError(
                f"{where}: {number:,} images such as {picture.where} take {number * pixels.nbytes:,} bytes, where "
                f"{MAX_BYTES:,} are valid. Make them smaller."
            )
        if found and found[0].shape[-2:] != pixels.shape[-2:]:
            raise DataError(
                f"{where}: {picture.where} is {_size(pixels)}, but {first} is {_size(found[0])}. "
                "Make all images of one size, for example by --resize 28."
            )
        found.append(pixels)
    most = max((_channels(pixels) for pixels in found), default=1)
    return np.stack([_with_channels(pixels, most) for pixels in found]) if found else np.empty((0, 1, 1), np.uint8)


def _size(pixels: Images) -> str:
    return f"{pixels.shape[-1]} x {pixels.shape[-2]}"


def _channels(pixels: Images) -> int:
    return 1 if pixels.ndim == 2 else pixels.shape[0]


def with_channels(images: Images, channels: int) -> Images:
    """Images of a part, [N, H, W] or [N, C, H, W], with as many channels as those of another part."""
    if (1 if images.ndim == 3 else images.shape[1]) == channels:
        return images
    return np.stack([_with_channels(each, channels) for each in images])


def _with_channels(pixels: Images, channels: int) -> Images:
    if _channels(pixels) == channels:
        return pixels
    coloured = np.repeat(pixels[None], 3, axis=0) if pixels.ndim == 2 else pixels
    if channels == 3:
        return coloured
    return np.concatenate([coloured, np.full((1, *pixels.shape[-2:]), 255, np.uint8)])
