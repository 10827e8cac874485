"""Layers that hold layers: a sum with what went around, branches side by side, a head of its own."""

from functools import reduce
from typing import ClassVar

import msgspec

from mnist_compare.architecture.layers.base import Layer, Shape, format_shape
from mnist_compare.io.registry import Open

Layers = tuple[Open[Layer], ...]


class Part(msgspec.Struct, frozen=True):
    """Layers that stand one after the other within a layer.

    `field` is what a file calls them; `name` stands between the name of the layer and theirs: nothing, or `shortcut`.
    """

    field: str
    layers: Layers
    name: str = ""


class Composite(Layer, frozen=True):
    """A layer that holds others, in one or several parts of it, each of which gets the layer's input.

    It has no arrays of its own: those of the layers that it holds have its name in front, `residual2.conv1.weight`.
    """

    image_by_image = True  # as long as those within are, which say it themselves

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it holds."""
        raise NotImplementedError

    def joined_shape(self, shape: Shape, parts: tuple[Shape, ...]) -> Shape:
        """The shape of one sample after the layer, of which `shape` goes in and these come out of its parts.

        Raises ValueError where they do not meet.
        """
        raise NotImplementedError

    def output_shape(self, shape: Shape) -> Shape:
        ends = [reduce(lambda before, layer: layer.output_shape(before), part.layers, shape) for part in self.parts]
        return self.joined_shape(shape, tuple(ends))


class Residual(Composite, frozen=True, tag="residual", forbid_unknown_fields=True):
    """What the layers of `body` make of the input, added to the input itself, or to what `shortcut` makes of it.

    Options:
        body: layers, at least one.
        shortcut: layers that bring the input to the shape of the body's output. Default: none, the input as it is.

    >>> Residual((Convolution(8, 3, padding=1), BatchNorm())).output_shape((8, 14, 14))
    (8, 14, 14)
    """

    prefix: ClassVar[str] = "residual"
    body: Layers
    shortcut: Layers = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The body and the shortcut."""
        return (Part("body", self.body), Part("shortcut", self.shortcut, "shortcut"))

    def joined_shape(self, shape: Shape, parts: tuple[Shape, ...]) -> Shape:
        """That of the body; raises ValueError where the shortcut gives another."""
        if not self.body:
            raise ValueError("its body has no layers: give at least one")
        body, shortcut = parts
        if body != shortcut:
            around = "the shortcut makes" if self.shortcut else "the input is"
            remedy = (
                "" if self.shortcut else ": a shortcut of layers, such as a convolution with kernel 1, can change it"
            )
            raise ValueError(f"its body makes {format_shape(body)}, but {around} {format_shape(shortcut)}{remedy}")
        return body


class Branches(Composite, frozen=True, tag="branches", forbid_unknown_fields=True):
    """What each of the branches makes of the input, joined along the channels (or the features of a flat input).

    Options:
        branches: two or more, each a list of layers; one without layers passes the input on. Their layers have the
            names `branches1.branch1.conv1` and so on.

    >>> Branches(((Convolution(4, 1),), (Convolution(6, 3, padding=1),))).output_shape((3, 14, 14))
    (10, 14, 14)
    """

    prefix: ClassVar[str] = "branches"
    branches: tuple[Layers, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The branches, counted from 1."""
        return tuple(
            Part(f"branch {number}", branch, f"branch{number}") for number, branch in enumerate(self.branches, 1)
        )

    def joined_shape(self, shape: Shape, parts: tuple[Shape, ...]) -> Shape:
        """With the channels of all; raises ValueError where anything else differs."""
        if len(parts) < 2:
            raise ValueError(f"it takes two branches or more (there {'is one' if parts else 'are none'})")
        if any(len(end) == 2 for end in parts):
            raise ValueError("its branches make sequences, which are not joined: it joins images, or flat values")
        if len({end[1:] for end in parts}) > 1 or len({len(end) for end in parts}) > 1:
            ends = ", ".join(map(format_shape, parts))
            raise ValueError(f"its branches make {ends}: all but the first number must be the same to be joined")
        return (sum(end[0] for end in parts), *parts[0][1:])


class Auxiliary(Composite, frozen=True, tag="auxiliary", forbid_unknown_fields=True):
    """A second output, made by `head` in training alone: `weight` times its loss is added to that of the network.

    The input goes on as it is. It stands among the network's own layers, not within another one, and not at the end.

    Options:
        head: layers, which end in as many numbers as the network.
        weight: of its loss, above 0.

    >>> Auxiliary((Flatten(), Linear(10))).output_shape((8, 14, 14))
    (8, 14, 14)
    """

    prefix: ClassVar[str] = "auxiliary"
    head: Layers
    weight: float = 0.3

    @property
    def parts(self) -> tuple[Part, ...]:
        """The head."""
        return (Part("head", self.head),)

    def joined_shape(self, shape: Shape, parts: tuple[Shape, ...]) -> Shape:
        """That of the input."""
        if not self.head:
            raise ValueError("its head has no layers: give at least one")
        if not 0 < self.weight < float("inf"):
            raise ValueError(f"weight must be a number above 0 (it is {self.weight})")
        return shape
