"""Layers that hold layers, as modules with a forward of their own."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import singledispatch

import torch
from torch import Tensor, nn

from mnist_compare.architecture import Auxiliary, Branches, Composite, Residual
from mnist_compare_torch.backend import BACKEND

Modules = Mapping[str, nn.Module]
"""The modules of a part, by the names that they have in it."""


class ResidualBlock(nn.Module):
    """What the body makes of x, added to x or to what the shortcut makes of it; `inplace`, into the first of them."""

    inplace = False

    def __init__(self, body: Modules, shortcut: Modules) -> None:
        super().__init__()
        for name, module in body.items():
            self.add_module(name, module)
        self._body = tuple(body)
        self.shortcut = nn.Sequential(OrderedDict(shortcut))

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W]."""
        y = x
        for name in self._body:
            y = self.get_submodule(name)(y)
        shortcut = self.shortcut(x)
        # In mixed precision the sum may be of another type than y.
        return y.add_(shortcut) if self.inplace and y.dtype == shortcut.dtype else y + shortcut


class JoinedBranches(nn.Module):
    """What each branch makes of x, joined along the channels."""

    def __init__(self, branches: Sequence[Modules]) -> None:
        super().__init__()
        for number, branch in enumerate(branches, 1):
            self.add_module(f"branch{number}", nn.Sequential(OrderedDict(branch)))

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W] or [N, C]."""
        return torch.cat([branch(x) for branch in self.children()], 1)


class ImageDropout(nn.Dropout):
    """Dropout of whole images by torch's generator, which torch itself has for channels alone."""

    def forward(self, x: Tensor) -> Tensor:
        """X with all values of an image zeroed, or scaled."""
        return x * super().forward(x.new_ones(x.shape[0], *(1 for _ in x.shape[1:])))


class AuxiliaryHead(nn.Sequential):
    """Passes x on; in training it keeps what its modules make of x as `output`, which the loss takes in."""

    output: Tensor

    def __init__(self, head: Modules, weight: float) -> None:
        super().__init__(OrderedDict(head))
        self.weight = weight

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W]."""
        if self.training:
            self.output = super().forward(x)
        return x


@singledispatch
def compose(layer: Composite, parts: Sequence[Modules]) -> nn.Module:
    """The module of a layer that holds layers, from the modules of its parts. Each kind registers its own.

    Raises BackendError for a kind that has none.
    """
    raise BACKEND.lacks("layer", layer, "layers.composition.compose")


@compose.register
def _residual(layer: Residual, parts: Sequence[Modules]) -> nn.Module:
    body, shortcut = parts
    return ResidualBlock(body, shortcut)


@compose.register
def _branches(layer: Branches, parts: Sequence[Modules]) -> nn.Module:
    return JoinedBranches(parts)


@compose.register
def _auxiliary(layer: Auxiliary, parts: Sequence[Modules]) -> nn.Module:
    return AuxiliaryHead(parts[0], layer.weight)
