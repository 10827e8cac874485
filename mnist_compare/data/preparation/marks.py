"""Ink joined into marks: each is what somebody would call one sign, with all its loose parts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

Mask = NDArray[np.bool_]
LEAST = 5
"""Pixels of the longer side of the smallest mark: what is smaller is a speck on any page."""
SPECK = 0.15
"""A part that is not so long, of the longest one, is dust where it does not belong to a mark."""
WIDEST = 1.5
"""No digit is so many times as wide as it is high."""
MOST_PARTS = 50
"""So many of the longest parts are looked at: a page that has more holds several marks by any rule."""


class Part(NamedTuple):
    """Ink that hangs together: its pixels (row and column), and the corners of its box."""

    pixels: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]

    @property
    def length(self) -> int:
        """The longer side of the box."""
        return int((self.high - self.low).max()) + 1


def find_marks(mask: Mask) -> list[Mask]:
    """The marks of a page in reading order, each as a mask of the page: dust, frames and ruled lines are none."""
    parts = _without_frames(_parts(_without_rules(mask)), mask.shape)
    longest = max((part.length for part in parts), default=0)
    marks = [mark for mark in _joined(parts) if mark.length >= max(LEAST, SPECK * longest)]
    return [_drawn(mark, mask.shape) for mark in _in_reading_order(marks)]


def _parts(mask: Mask) -> list[Part]:
    """The longest parts of the ink, the longest first."""
    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    boxes = [(box, number) for number, box in enumerate(ndimage.find_objects(labels), 1)]
    boxes.sort(key=lambda entry: -max(side.stop - side.start for side in entry[0]))
    parts = []
    for box, number in boxes[:MOST_PARTS]:
        pixels = np.argwhere(labels[box] == number) + [side.start for side in box]
        parts.append(Part(pixels, pixels.min(axis=0), pixels.max(axis=0)))
    return parts


def _without_rules(mask: Mask) -> Mask:
    """The ink without the thin straight lines of ruled paper, which cross the whole page."""
    rules = np.zeros_like(mask)
    for axis, size in enumerate(mask.shape):
        line = np.ones((size, 1) if axis == 0 else (1, size), dtype=bool)
        across = np.moveaxis(mask, axis, 0).mean(axis=0) > 0.97
        labels, count = ndimage.label(across)
        for number in range(1, count + 1):
            if (labels == number).sum() <= 0.025 * mask.shape[1 - axis]:
                rules |= line & np.expand_dims(labels == number, axis)
    rest: Mask = mask & ~rules
    return rest if rest.any() else mask


def _without_frames(parts: list[Part], page: tuple[int, ...]) -> list[Part]:
    """The parts without boxes: hollow rectangles around another part, or along the border of the page."""
    return [part for part in parts if not _is_frame(part, parts, page)]


def _is_frame(part: Part, parts: list[Part], page: tuple[int, ...]) -> bool:
    sides = part.high - part.low + 1
    own = np.zeros(sides, dtype=bool)
    own[tuple((part.pixels - part.low).T)] = True
    filled = ndimage.binary_fill_holes(own)
    if filled.mean() < 0.9 or own.sum() > 0.5 * filled.sum():
        return False
    holds = any(
        other is not part and other.length >= LEAST and (other.low > part.low).all() and (other.high < part.high).all()
        for other in parts
    )
    thin = own.sum() < 0.08 * 4 * filled.sum()
    return holds or (thin and bool((sides >= 0.85 * np.array(page)).all()))


def _joined(parts: list[Part]) -> list[Part]:
    """The parts in marks, beginning with the longest, to which what belongs to it is added until nothing does."""
    rest, marks = list(parts), []
    while rest:
        mark = rest.pop(0)
        length = mark.length
        while own := next((part for part in rest if _is_own(part, mark, length, rest)), None):
            rest = [part for part in rest if part is not own]
            mark = _together(mark, own)
        marks.append(mark)
    return marks


def _is_own(part: Part, mark: Part, length: int, rest: list[Part]) -> bool:
    return _belongs(part, mark, length) and not _is_anothers(part, mark, length, rest)


def _is_anothers(part: Part, mark: Part, length: int, rest: list[Part]) -> bool:
    """Whether a loose part stands nearer to another part, which is long enough to be a digit of its own: the bar of a 5
    beside a 2 is that of the 5.
    """
    others = [other for other in rest if other is not part and other.length >= max(0.5 * length, part.length)]
    mine = _distance(part, mark) if others else 0.0
    near = (other for other in others if _gap(part, other) < mine)  # the distance is at least that
    return any(_distance(part, other) < mine and _belongs(part, other, other.length) for other in near)


def _distance(a: Part, b: Part) -> float:
    distances, _ = cKDTree(b.pixels).query(a.pixels)
    return float(distances.min())


def _gap(a: Part, b: Part) -> float:
    """The distance between the boxes of two parts: 0 where they overlap."""
    return float(np.hypot(*np.maximum(0, np.maximum(a.low - b.high, b.low - a.high))))


def _together(a: Part, b: Part) -> Part:
    return Part(np.concatenate([a.pixels, b.pixels]), np.minimum(a.low, b.low), np.maximum(a.high, b.high))


def _belongs(part: Part, mark: Part, length: int) -> bool:
    """Whether a part that stands loose is one of the mark's, as the bar of a 5 is; `length` is of its longest part.

    It may be the farther away the smaller it is: up to 0.28 of that length where it is half as long or less, up to
    0.08 where it is as long, for then it is another digit. It is one, too, where the two stand side by side and
    would be wider than a digit.
    """
    size = part.length / length
    reach = length * float(np.interp(size, (SPECK, 0.5, 1.0), (0.28, 0.28, 0.08)))
    if _gap(part, mark) > reach:
        return False
    both = np.maximum(mark.high, part.high) - np.minimum(mark.low, part.low) + 1
    beside = part.low[1] > mark.high[1] or mark.low[1] > part.high[1]
    if size > 0.5 and beside and both[1] > WIDEST * both[0]:
        return False
    around = (mark.pixels >= part.low - reach - 1) & (mark.pixels <= part.high + reach + 1)
    near = mark.pixels[around.all(axis=1)]  # of a large mark most pixels are too far away to be looked at
    if not len(near):
        return False
    distances, _ = cKDTree(near).query(part.pixels, distance_upper_bound=reach + 1)
    return bool(distances.min() <= reach + 1)


def _in_reading_order(marks: list[Part]) -> list[Part]:
    """Line by line, and from left to right in a line: marks whose heights overlap by half stand in one line."""
    lines: list[list[Part]] = []
    for mark in sorted(marks, key=lambda mark: int(mark.low[0] + mark.high[0])):
        last = lines[-1][0] if lines else None
        if last is not None and min(last.high[0], mark.high[0]) - max(last.low[0], mark.low[0]) >= 0.5 * min(
            last.high[0] - last.low[0], mark.high[0] - mark.low[0]
        ):
            lines[-1].append(mark)
        else:
            lines.append([mark])
    return [mark for line in lines for mark in sorted(line, key=lambda mark: int(mark.low[1]))]


def _drawn(mark: Part, page: tuple[int, ...]) -> Mask:
    mask = np.zeros(page, dtype=bool)
    mask[tuple(mark.pixels.T)] = True
    return mask
