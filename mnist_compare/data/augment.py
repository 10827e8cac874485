"""What augmentations make of the images of a batch: a function of the images and of random numbers alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mnist_compare.io.registry import tag_of
from mnist_compare.recipe.augmentations import Affine, Augmentation, Elastic, Mixing, PixelChange
from mnist_compare.recipe.augmentations.base import Numbers, Pixels
from mnist_compare.recipe.augmentations.mixing import Shares

Draw = Callable[[str, int], Numbers]
"""Random numbers [N, count] of a batch, from 0 to below 1, by the name of what they are for and their count."""
Points = NDArray[np.float32]
Transform = Callable[[Pixels, Shares | None, int], tuple[Pixels, Shares | None]]
"""A framework's own transform: what it makes of all images of a batch, and of their shares where it mixes them, by the
random numbers that begin with a seed, from 0 to below 2^31."""


def augment(
    augmentations: Sequence[Augmentation],
    images: Pixels,
    shares: Shares | None,
    draw: Draw,
    own: Mapping[str, Transform] = MappingProxyType({}),
) -> tuple[Pixels, Shares | None]:
    """The images of a batch, float32 [N, C, H, W] from 0 to 1, as the augmentations make them, one after the other.

    `shares` float [N, classes] are those of the classes in each image; None where no augmentation mixes images. What
    moves pixels, several times in a row, is interpolated once; not so those that have an `own` transform, by their
    names as `numbered` gives them.
    """
    shape = images.shape[1:]
    for group in _groups(list(numbered(augmentations)), own):
        drawn = [(one, draw(name, 1 + one.count(shape))) for one, name in group]
        (first, numbers), name = drawn[0], group[0][1]
        if name in own:
            seed = _seed(draw(f"own {name}", 2))
            images, shares = _by_own(own[name], first.chosen(numbers), images, shares, seed)
        elif isinstance(first, Mixing):
            assert shares is not None
            if len(images) and first.chosen(numbers)[0]:
                images, shares = first.mix(images, shares, numbers[0, 1:])
        elif isinstance(first, PixelChange):
            changed = first.apply(images, numbers[:, 1:])
            images = np.where(first.chosen(numbers)[:, None, None, None], changed, images)
        else:
            images = _interpolate(images, *_sources(drawn, shape))
    return np.ascontiguousarray(images, dtype=np.float32), shares


def numbered(augmentations: Sequence[Augmentation]) -> Iterator[tuple[Augmentation, str]]:
    """Each with its name, by which its random numbers are drawn: another one before it does not change them."""
    seen: dict[str, int] = {}
    for one in augmentations:
        tag = tag_of(one)
        seen[tag] = seen.get(tag, 0) + 1
        yield one, tag if seen[tag] == 1 else f"{tag} {seen[tag]}"


def _by_own(
    transform: Transform, chosen: NDArray[np.bool_], images: Pixels, shares: Shares | None, seed: int
) -> tuple[Pixels, Shares | None]:
    """The images, of which the chosen ones are changed by a framework's own transform."""
    if not chosen.any():
        return images, shares
    if chosen.all():
        return transform(images, shares, seed)
    changed = images.copy()
    changed[chosen], _ = transform(images[chosen], None, seed)
    return changed, shares


def _seed(numbers: Numbers) -> int:
    """A number of 31 random bits."""
    return int(numbers[0, 0] * 2**24) << 7 | int(numbers[0, 1] * 2**7)


def _groups(
    named: list[tuple[Augmentation, str]], own: Mapping[str, Transform]
) -> Iterator[list[tuple[Augmentation, str]]]:
    """Those that are interpolated together: affine ones in a row, with an elastic one behind them; else each alone."""
    group: list[tuple[Augmentation, str]] = []
    for each in named:
        alone = each[1] in own
        if group and (alone or not isinstance(each[0], Affine | Elastic)):
            yield group
            group = []
        group.append(each)
        if alone or not isinstance(each[0], Affine):
            yield group
            group = []
    if group:
        yield group


def _sources(drawn: list[tuple[Augmentation, Numbers]], shape: Sequence[int]) -> tuple[Points, Points]:
    """For every pixel of the new images the row and the column of the old one, from its center: float32 [N, H, W]."""
    rows, columns = (points[None] for points in _grid(*shape[1:]))
    matrix = np.eye(3)[None]
    for one, numbers in drawn:
        chosen = one.chosen(numbers)
        if isinstance(one, Affine):
            matrix = matrix @ np.where(chosen[:, None, None], one.matrices(numbers[:, 1:], shape), np.eye(3))
        elif isinstance(one, Elastic):
            field = np.where(chosen[:, None, None, None], one.field(numbers[:, 1:], shape), np.float32(0))
            rows, columns = rows + field[:, 0], columns + field[:, 1]
    a = matrix.astype(np.float32)[:, :, :, None, None]
    row, column = (a[:, i, 0] * rows + a[:, i, 1] * columns + a[:, i, 2] for i in (0, 1))
    return row, column


@lru_cache(maxsize=4)
def _grid(height: int, width: int) -> Points:
    """The rows and columns of all pixels, from the center: float32 [2, H, W]."""
    grid = np.indices((height, width), dtype=np.float32)
    grid -= np.array([(height - 1) / 2, (width - 1) / 2], dtype=np.float32)[:, None, None]
    grid.flags.writeable = False
    return grid


def _interpolate(images: Pixels, rows: Points, columns: Points) -> Pixels:
    """The values at these points, bilinear, 0 beyond the image.

    Written out, since scipy.ndimage takes twice as long. All images of a batch lie in one row of pixels, each in a
    frame of zeros, in which what is farther away lies too.
    """
    count, channels, height, width = images.shape
    down, right = width + 2, 1
    top, rest_down = _divided(rows, height)
    left, rest_right = _divided(columns, width)
    corner = (top + (height + 2) * np.arange(count, dtype=np.int32)[:, None, None]) * down + left
    corners = (corner, corner + right, corner + down, corner + down + right)
    framed = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    found = np.empty_like(images)
    for channel in range(channels):
        pixels = framed[:, channel].ravel()
        a, b, c, d = (pixels.take(each) for each in corners)
        upper, lower = a + rest_right * (b - a), c + rest_right * (d - c)
        found[:, channel] = upper + rest_down * (lower - upper)
    return found


def _divided(points: Points, size: int) -> tuple[NDArray[np.int32], Points]:
    """Coordinates from the center: the pixel of the framed image that each lies behind, and how far behind it."""
    framed = np.clip(points + np.float32((size + 1) / 2), np.float32(0), np.float32(size + 1))
    before = np.minimum(framed.astype(np.int32), size)
    return before, framed - before.astype(np.float32)
