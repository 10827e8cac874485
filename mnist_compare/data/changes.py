"""What is changed in images before anything else sees them: gray or RGB, inverted, padded, resized."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture.network import MAX_SIDE
from mnist_compare.data.resampling import resampled
from mnist_compare.errors import DataError, UsageError
from mnist_compare.io.bounds import Plain, Size
from mnist_compare.io.decoding import explain_value

Images = NDArray[np.uint8]
Shape = tuple[int, int, int]
Side = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE)]

MAX_BYTES = 2_000_000_000
"""The most bytes of pixels that changed images may have."""
BLOCK = 2**22
"""About so many pixels are changed at a time."""
LUMA = 19595, 38470, 7471
"""What red, green and blue count in a gray, of 2^16: 0.299, 0.587 and 0.114, as of ITU-R BT.601 and in Pillow."""
COLOURS = 3
"""Of four channels the last one says how opaque a pixel is."""
OPAQUE = 255
SQUARE: Literal["square"] = "square"


class TooManyPixels(DataError):
    """Changed images would take more memory than is given to them."""


class ImageChanges(Plain, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Changes of images, made in this order whatever the order in which they are asked for.

    Options:
        gray: three or four channels become one, of which 299, 587 and 114 thousandths are red, green and blue. What is
            transparent is white first.
        invert: 255 - pixel, of colours and grays; how opaque a pixel is stays.
        pad: "square" centers each image in a square of its longer side, before it is resized; a number centers it in
            one of that side, after it was resized. The square has the median of the image's own border, in each
            channel.
        resize: the new height and width, from 1 to 1,024: the mean of the area downwards, linear upwards.
        rgb: gray images get three channels, all alike.
        before: channels, height and width that the images had; None before they are changed, and where they had several
            sizes.

    >>> changes = ImageChanges(gray=True, resize=(28, 28))
    >>> changes.shape_after((3, 32, 32))
    (1, 28, 28)
    >>> str(changes.needed((3, 32, 32)))
    'made gray and resized from 32x32 to 28x28'
    """

    gray: bool = False
    invert: bool = False
    pad: Literal["square"] | Side | None = None
    resize: tuple[Side, Side] | None = None
    rgb: bool = False
    before: tuple[Size, Size, Size] | None = None

    def __str__(self) -> str:
        told = [word for word, is_made in (("made gray", self.gray), ("inverted", self.invert)) if is_made]
        sides = self.before and self.before[1:]
        if self.pad == SQUARE:
            sides = sides and (max(sides), max(sides))
            told.append(f"padded to {_size(sides)}" if sides else "padded to squares")
        if self.resize:
            told.append(f"resized {f'from {_size(sides)} ' if sides else ''}to {_size(self.resize)}")
        if isinstance(self.pad, int):
            told.append(f"padded to {_size((self.pad, self.pad))}")
        if self.rgb:
            told.append("made RGB")
        return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)

    @property
    def sentence(self) -> str:
        """What was done, for the user."""
        return f"The images were {self}."

    def needed(self, shape: Shape) -> "ImageChanges | None":
        """Those that make a difference to images of a shape [C, H, W], which they then know; None where none does."""
        channels, *sides = shape
        square = SQUARE if self.pad == SQUARE and sides[0] != sides[1] else None
        padded = [max(sides)] * 2 if square else sides
        resize = self.resize if self.resize and [*self.resize] != padded else None
        final = [*resize] if resize else padded
        pad = self.pad if isinstance(self.pad, int) and final != [self.pad] * 2 else square
        found = ImageChanges(self.gray and channels > 1, self.invert, pad, resize, self.rgb and channels == 1)
        return None if found == ImageChanges() else msgspec.structs.replace(found, before=shape)

    def of_sizes(self, channels: int) -> "ImageChanges":
        """Those that make a difference to images of several sizes and so many channels."""
        return msgspec.structs.replace(self, gray=self.gray and channels > 1, rgb=self.rgb and channels == 1)

    def shape_after(self, shape: Shape) -> Shape:
        """The shape [C, H, W] of changed images; raises UsageError where they would not fit into what they are padded
        to.
        """
        self.check()
        channels, height, width = shape
        if self.pad == SQUARE:
            height = width = max(height, width)
        height, width = self.resize or (height, width)
        if isinstance(self.pad, int):
            if self.pad < max(height, width):
                raise UsageError(
                    f"pad is {self.pad}, where images of {_size((height, width))} need {max(height, width)} at least. "
                    f"Give that, or resize them to {self.pad} first."
                )
            height = width = self.pad
        found = 1 if self.gray else channels
        return COLOURS if self.rgb and found == 1 else found, height, width

    def of(self, images: Images, where: str = "The data set") -> Images:
        """The changed images, uint8 [N, C, H, W], in new memory; raises DataError where they would take too much."""
        self.check_size(images, where)
        shape = images.shape[1:]
        after = self.shape_after((shape[0], shape[1], shape[2]))
        found = np.empty((len(images), *after), np.uint8)
        square = shape[0] * max(shape[1:]) ** 2 if self.pad == SQUARE else 0
        step = max(1, BLOCK // max(int(np.prod(shape)), int(np.prod(after)), square))
        for start in range(0, len(images), step):
            found[start : start + step] = self._block(images[start : start + step])
        return found

    def check_size(self, images: Images, where: str) -> None:
        """Raise TooManyPixels where the changed images would take too much memory."""
        channels, height, width = images.shape[1:]
        after = self.shape_after((channels, height, width))
        each = int(np.prod(after))
        most = MAX_BYTES // each
        if len(images) > most:
            raise TooManyPixels(
                f"{where}: {len(images):,} images of {'x'.join(map(str, after))} would take {len(images) * each:,} "
                f"bytes, where {MAX_BYTES:,} are valid. Resize them to fewer pixels; {most:,} of them would fit."
            )

    def check(self) -> None:
        """Raise UsageError where a value made in Python has something else in a field than a file could have."""
        wrong = explain_value(self)
        if wrong:
            raise UsageError(f"ImageChanges: {wrong}.")

    def _block(self, images: Images) -> Images:
        if self.gray:
            images = grays(images)
        if self.invert:
            images = np.concatenate([255 - images[:, :COLOURS], images[:, COLOURS:]], axis=1)
        if self.pad == SQUARE:
            images = padded(images, max(images.shape[2:]))
        if self.resize:
            images = np.stack([resampled(plane, *self.resize) for plane in images.swapaxes(0, 1)], axis=1)
        if isinstance(self.pad, int):
            images = padded(images, self.pad)
        return np.repeat(images, COLOURS, axis=1) if self.rgb and images.shape[1] == 1 else images


def find_changes(
    resize: int | str | Sequence[int] | None = None,
    gray: bool = False,
    pad: bool | int | str | None = None,
    invert: bool = False,
    rgb: bool = False,
) -> ImageChanges | None:
    """The changes that options ask for; None where they ask for none. Raises UsageError for sizes that cannot be.

    >>> find_changes(resize="28x32", pad=True)
    ImageChanges(gray=False, invert=False, pad='square', resize=(28, 32), rgb=False, before=None)
    """
    parts = str(resize).lower().split("x") if isinstance(resize, int | str) else list(map(str, resize or ()))
    sides = [_side(part) for part in parts]
    if resize is not None and (len(sides) not in (1, 2) or not all(sides)):
        told = "x".join(parts)[:40]
        raise UsageError(
            f"resize takes a side from 1 to {MAX_SIDE:,}, such as 28, or height x width, such as 28x32 (it is {told})."
        )
    if gray and rgb:
        raise UsageError("Images cannot be made gray and RGB: leave gray or rgb out.")
    found = ImageChanges(gray, invert, _padding(pad), (sides[0], sides[-1]) if sides else None, rgb)
    return None if found == ImageChanges() else found


def _padding(pad: bool | int | str | None) -> Literal["square"] | int | None:
    if pad is None or pad is False:
        return None
    if pad is True or pad == SQUARE:
        return SQUARE
    side = _side(pad)
    if not side:
        raise UsageError(f"pad takes a side from 1 to {MAX_SIDE:,}, or nothing for squares (it is {str(pad)[:40]}).")
    return side


def grays(images: Images) -> Images:
    """Images [N, C, H, W] of any number of channels as gray ones [N, 1, H, W]: what is transparent becomes white."""
    if images.shape[1] == 1:
        return images
    sums = np.full((len(images), *images.shape[2:]), 2**15, np.uint32)
    for colour, weight in enumerate(LUMA):
        plane = images[:, colour].astype(np.uint32)
        if images.shape[1] > COLOURS:
            opaque = images[:, COLOURS].astype(np.uint32)
            plane = (plane * opaque + 255 * (OPAQUE - opaque) + OPAQUE // 2) // OPAQUE
        plane *= weight
        sums += plane
    sums >>= 16
    return sums.astype(np.uint8)[:, None]


def padded(images: Images, side: int) -> Images:
    """Images [N, C, H, W] in the middle of squares, [N, C, side, side], on the ground that their own borders have: the
    median of these, the upper one of two. An odd pixel is below or at the right.
    """
    height, width = images.shape[2:]
    edges = (images[..., 0, :], images[..., -1, :], images[..., 0], images[..., -1])
    border = np.concatenate(edges, axis=2)
    middle = border.shape[2] // 2
    ground = np.partition(border, middle, axis=2)[..., middle]
    found = np.broadcast_to(ground[..., None, None], (*images.shape[:2], side, side)).copy()
    top, left = (side - height) // 2, (side - width) // 2
    found[:, :, top : top + height, left : left + width] = images
    return found


def _side(text: object) -> int:
    """The number of a side; 0 for what is none."""
    digits = str(text).strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else 0
    return number if number <= MAX_SIDE else 0


def _size(sides: Sequence[int]) -> str:
    return "x".join(map(str, sides))
