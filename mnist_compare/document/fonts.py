"""Fonts for letters that the figures' own font does not have, Chinese ones for instance, where the system has some."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from logging import LogRecord, getLogger

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, findSystemFonts, fontManager, get_font, ttfFontProperty
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter

OWN = "DejaVu Sans"
"""It comes with matplotlib, so it is the same everywhere."""
LATIN = "\u0250"
"""All letters before this one are in it."""


def give_fonts(figure: Figure) -> None:
    """Let the texts of the figure take from other fonts what the own one lacks; letters that none has stay boxes."""
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    missing = _missing([text.get_text() for text in texts] + list(_fixed_labels(figure)))
    if not missing:
        return
    families = [OWN, *_families(missing)]
    for text in texts:
        text.set_fontfamily(families)
    for axes in figure.axes:
        axes.tick_params(labelfontfamily=families)


def _fixed_labels(figure: Figure) -> Iterator[str]:
    """The labels of ticks, which become texts when they are drawn."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FixedFormatter):
                yield from map(str, formatter.seq)


def _missing(texts: Iterable[str]) -> frozenset[int]:
    """The letters, as numbers, that the own font does not have."""
    letters = {ord(letter) for text in texts for letter in text if letter >= LATIN}
    return frozenset(letters - _letters(findfont(OWN))) if letters else frozenset()


@cache
def _letters(path: str) -> frozenset[int]:
    return frozenset(get_font(path).get_charmap())


@cache
def _families(missing: frozenset[int]) -> tuple[str, ...]:
    """The families that have these letters, as few as can be. Fonts that came after matplotlib's list count too."""
    found: list[str] = []
    fonts = {path: (name, letters & missing) for path, name, letters in _fonts() if letters & missing}
    while missing and fonts:
        path = min(fonts, key=lambda path: (-len(fonts[path][1] & missing), "Sans" not in fonts[path][0], path))
        name, has = fonts[path]
        if not has & missing:
            break
        if name not in fontManager.get_font_names():
            fontManager.addfont(path)
        found.append(name)
        missing -= has
    return tuple(found)


@cache
def _fonts() -> tuple[tuple[str, str, frozenset[int]], ...]:
    """Path, family and letters of each font of the system that can be drawn in any size."""
    found = []
    for path in sorted(findSystemFonts()):
        try:
            font = FT2Font(path)
            if getattr(font, "scalable", True):
                found.append((path, ttfFontProperty(font).name, frozenset(font.get_charmap())))
        except (RuntimeError, OSError, ValueError, KeyError):  # no font that matplotlib can read
            continue
    return tuple(found)


@contextmanager
def in_silence() -> Iterator[None]:
    """Say nothing of what fonts lack: a letter that none has is drawn as a box, a weight that one lacks as another."""
    logger = getLogger("matplotlib.font_manager")
    logger.addFilter(_is_never_said)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")
            yield
    finally:
        logger.removeFilter(_is_never_said)


def _is_never_said(record: LogRecord) -> bool:
    return False
