"""A figure as the bytes of its two files."""

from pathlib import Path
from typing import NamedTuple

from mnist_compare.io.files import write_file


class Rendered(NamedTuple):
    """The bytes of a figure as PNG and as SVG."""

    png: bytes
    svg: bytes

    def write(self, stem: Path) -> tuple[Path, Path]:
        """Write `stem`.png and `stem`.svg, whose paths are given. Raises OutputError."""
        paths = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
        for path, content in zip(paths, self, strict=True):
            write_file(path, content)
        return paths
