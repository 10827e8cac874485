"""An image that people have: the path of its file, or the content of one that is on no disk."""

from pathlib import Path, PurePath
from typing import NamedTuple

MAX_FILE_BYTES = 100_000_000
MAX_PIXELS = 50_000_000


class ImageBytes(NamedTuple):
    """The content of an image file, and what it is called; an image of up to `most_pixels` is read."""

    name: str
    content: bytes
    most_pixels: int = MAX_PIXELS

    def __str__(self) -> str:
        return self.name

    @property
    def stem(self) -> str:
        """The name without what it ends in, as that of a path."""
        return PurePath(self.name).stem


ImageSource = Path | ImageBytes
