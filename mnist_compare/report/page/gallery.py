"""Disputed images as cards of the page."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_compare.report.disputed import Answer, Disputed, disputed
from mnist_compare.report.evaluated_images import EvaluatedImages
from mnist_compare.report.page.templates import png_address
from mnist_compare.report.samples import drawn_pixels
from mnist_compare.report.statistics import Group

MOST_GALLERIES = 4
WHITE = 255


@dataclass(frozen=True)
class Card:
    """An image as a data URI, what it shows in words, and the answers to it, each right or not, with the labels of the
    rows that gave them: rows of the same answers stand together.
    """

    image: str
    title: str
    answers: tuple[tuple[tuple[str, ...], tuple[tuple[str, bool], ...]], ...]


@dataclass(frozen=True)
class Gallery:
    """The cards of one network."""

    title: str
    cards: tuple[Card, ...]


def galleries(groups: list[Group], tests: EvaluatedImages | None) -> tuple[Gallery, ...]:
    """Of the first networks whose runs disagree on an image; none where the images cannot be had."""
    found: list[Gallery] = []
    for group in groups:
        cards = tuple(_card(one, group) for one in disputed(group, tests))
        if cards:
            found.append(
                Gallery(
                    f"{group.label}: images on which runs disagree, those that backends read differently first", cards
                )
            )
        if len(found) == MOST_GALLERIES:
            break
    return tuple(found)


def _card(one: Disputed, group: Group) -> Card:
    title = str(one.right) if group.class_word == "digit" else group.class_words(one.right)
    by_label: dict[str, list[tuple[str, bool]]] = {}
    for answer in one.answers:
        by_label.setdefault(answer.label, []).append((_words(answer, group), answer.predicted == one.right))
    together: dict[tuple[tuple[str, bool], ...], list[str]] = {}
    for label, found in by_label.items():
        together.setdefault(tuple(found), []).append(label)
    return Card(_data_uri(one.image), title, tuple((tuple(labels), found) for found, labels in together.items()))


def _words(answer: Answer, group: Group) -> str:
    """As in "4, 62 % sure", or of several runs "4 in 3 of 5, 62 % sure"."""
    said = "no class" if answer.predicted is None else group.class_name(answer.predicted)
    often = f" in {answer.runs} of {answer.of}" if answer.of > 1 else ""
    return f"{said}{often}" + ("" if answer.percent is None else f", {answer.percent:.0f} % sure")


def _data_uri(image: NDArray[np.uint8]) -> str:
    """A PNG of an image [C, H, W]; a gray one dark on light, which the page turns round where it is dark itself."""
    (pixels,) = drawn_pixels(image[None])
    return png_address(WHITE - pixels if pixels.ndim == 2 else pixels)
