"""An image that people have: the path of its file, or the content of one that is on no disk; and which are read."""

from pathlib import Path, PurePath
from typing import NamedTuple

MAX_FILE_BYTES = 100_000_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 10_000
COMMON = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
FORMATS: tuple[str, ...] = (*COMMON, "PPM", "TGA", "PCX", "ICO", "JPEG2000", "DDS", "SGI", "AVIF")
"""What is read. Pillow knows more, of which EPS is a program that it would have another program execute."""
SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm", ".pnm"),
    *(".tga", ".pcx", ".ico", ".jp2", ".dds", ".sgi", ".avif"),
)


class ImageBytes(NamedTuple):
    """The content of an image file, and what it is called; one of these `formats`, of up to `most_pixels`, is read."""

    name: str
    content: bytes
    most_pixels: int = MAX_PIXELS
    formats: tuple[str, ...] = FORMATS

    def __str__(self) -> str:
        return self.name

    @property
    def stem(self) -> str:
        """The name without what it ends in, as that of a path."""
        return PurePath(self.name).stem


ImageSource = Path | ImageBytes


def is_picture(path: Path) -> bool:
    """Whether a file is called as images are."""
    return path.suffix.lower() in SUFFIXES


def can_open(formats: tuple[str, ...]) -> list[str]:
    """Those of the formats that this Pillow was built for."""
    from PIL import Image  # which takes a while, and is not needed where no image is read

    Image.init()
    return [name for name in formats if name in Image.OPEN]
