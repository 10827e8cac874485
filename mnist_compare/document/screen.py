"""The terminal as rich writes to it."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from mnist_compare.io.terminal import Clean, clean

USUAL_WIDTH = 80
LEAST_WIDTH = 60
"""Columns of the narrowest terminal that is written for: one that is narrower breaks the lines by itself."""


class Screen(Console):
    """A console that takes no name for markup or an order to the terminal, and cuts nothing off where it is narrow."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        file = stream.styled if isinstance(stream, Clean) else stream
        super().__init__(file=file, markup=False, emoji=False, highlight=False)

    @property
    def options(self) -> ConsoleOptions:
        found = super().options
        return found.update(width=max(found.max_width or USUAL_WIDTH, LEAST_WIDTH))

    @property
    def is_narrow(self) -> bool:
        """Whether the terminal breaks lines by itself."""
        return self.size.width < LEAST_WIDTH

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(clean(segment.text), segment.style)

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*objects, **({"crop": False} | options))
