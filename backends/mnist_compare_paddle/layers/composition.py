"""Layers that hold layers, as Paddle layers with a forward of their own."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

import paddle
from paddle import nn

from mnist_compare.architecture import Auxiliary, Branches, Composite, Residual
from mnist_compare_paddle.backend import BACKEND

Layers = Mapping[str, nn.Layer]
"""The layers of a part, by the names that they have in it."""


class ResidualBlock(nn.Layer):
    """What the body makes of x, added to x, or to what the shortcut makes of it."""

    def __init__(self, body: Layers, shortcut: Layers) -> None:
        super().__init__()
        for name, layer in body.items():
            self.add_sublayer(name, layer)
        self.body = list(body.values())  # a list in which they stand once more, under no other name
        self.shortcut = nn.Sequential(*shortcut.items())

    def forward(self, x: Any) -> Any:
        """X [N, C, H, W]."""
        y = x
        for layer in self.body:
            y = layer(y)
        return y + self.shortcut(x)


class JoinedBranches(nn.Layer):
    """What each branch makes of x, joined along the channels."""

    def __init__(self, branches: Sequence[Layers]) -> None:
        super().__init__()
        self.branches = [nn.Sequential(*branch.items()) for branch in branches]
        for number, branch in enumerate(self.branches, 1):
            self.add_sublayer(f"branch{number}", branch)

    def forward(self, x: Any) -> Any:
        """X [N, C, H, W] or [N, C]."""
        return paddle.concat([branch(x) for branch in self.branches], 1)


class AuxiliaryHead(nn.Sequential):
    """Passes x on; in training it keeps what its layers make of x as `output`, which the loss takes in."""

    output: Any

    def __init__(self, head: Layers, weight: float) -> None:
        super().__init__(*head.items())
        self.weight = weight

    def forward(self, x: Any) -> Any:
        """X [N, C, H, W]."""
        if self.training:
            self.output = super().forward(x)
        return x


@singledispatch
def compose(layer: Composite, parts: Sequence[Layers]) -> nn.Layer:
    """The Paddle layer of a layer that holds layers, from those of its parts. Each kind registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.composition.compose")


@compose.register
def _residual(layer: Residual, parts: Sequence[Layers]) -> nn.Layer:
    body, shortcut = parts
    return ResidualBlock(body, shortcut)


@compose.register
def _branches(layer: Branches, parts: Sequence[Layers]) -> nn.Layer:
    return JoinedBranches(parts)


@compose.register
def _auxiliary(layer: Auxiliary, parts: Sequence[Layers]) -> nn.Layer:
    return AuxiliaryHead(parts[0], layer.weight)
