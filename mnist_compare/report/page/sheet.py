"""Images and what networks read in them: one HTML page without scripts, the images on which they differ first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from mnist_compare.document.words import plural
from mnist_compare.report.page.classes import backend_marks
from mnist_compare.report.page.page import policy
from mnist_compare.report.page.templates import fill, png_address, styles


@dataclass(frozen=True)
class Reading:
    """What one network reads, and how probable it is to it, where it says so."""

    backend: str
    network: str
    name: str
    chance: float | None
    is_sure: bool


@dataclass(frozen=True)
class Shot:
    """An image uint8 [H, W] or [C, H, W] as the networks see it; or none, and the reason."""

    name: str
    image: NDArray[np.uint8] | None
    reason: str
    agree: bool | None
    readings: tuple[Reading, ...]

    @property
    def picture(self) -> str:
        """The image as the address of a PNG, nothing where there is none."""
        return "" if self.image is None else _address(self.image)


def sheet_page(shots: Sequence[Shot], backends: Sequence[str], left_out: int = 0) -> str:
    """The page of these images, beside which so many are left out. The same arguments give the same text."""
    css = styles("sheet.css")
    order = {False: 0, None: 1, True: 2}
    return fill(
        "sheet.html.j2",
        backend_marks(backends),
        subject=_subject(shots, len(backends), left_out),
        shots=sorted(shots, key=lambda shot: order[shot.agree]),
        policy=policy(css, ""),
        css=Markup(css),
    )


def _subject(shots: Sequence[Shot], networks: int, left_out: int) -> str:
    read_by = f"{plural(len(shots), 'image')}, read by {plural(networks, 'network')}."
    differ = sum(shot.agree is False for shot in shots)
    none = sum(shot.agree is None for shot in shots)
    told = f" They differ on {differ}." if networks > 1 else ""
    more = f" {plural(left_out, 'more image')} {'is' if left_out == 1 else 'are'} left out." if left_out else ""
    return read_by + told + (f" Without an answer: {none}." if none else "") + more


def _address(image: NDArray[np.uint8]) -> str:
    pixels = image[0] if image.ndim == 3 and len(image) == 1 else image
    return png_address(pixels if pixels.ndim == 2 else np.moveaxis(pixels, 0, -1))
