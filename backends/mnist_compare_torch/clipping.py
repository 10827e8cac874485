"""Clipping of gradients by value and by the norm of all of them."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


@torch.no_grad()
def clip_gradients(parameters: Iterable[Tensor], value: float | None, norm: float | None) -> None:
    """Bring the gradients of the parameters within these limits; None is no limit."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if value is not None:
        nn.utils.clip_grad_value_(parameters, value)
    if norm is not None:
        # torch's own clip_grad_norm_ adds 1e-6 to the norm.
        found = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        torch._foreach_mul_(gradients, torch.clamp(norm / found, max=1.0))
