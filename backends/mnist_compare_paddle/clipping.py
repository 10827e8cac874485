"""Clipping of gradients by value and by the norm of all of them."""

from typing import Any

import paddle


def clip_gradients(parameters: list[Any], value: float | None, norm: float | None) -> None:
    """Bring the gradients of the parameters within these limits; None is no limit."""
    if value is None and norm is None:  # in every step: Paddle takes long to give a gradient
        return
    trained = [parameter for parameter in parameters if parameter.grad is not None and not parameter.stop_gradient]
    with paddle.no_grad():
        if value is not None:
            for parameter in trained:
                parameter.grad = parameter.grad.clip(-value, value)
        if norm is not None:
            # Paddle's own clip_grad_norm_ adds 1e-6 to the norm.
            found = paddle.sqrt(sum((parameter.grad * parameter.grad).sum() for parameter in trained))
            scale = paddle.clip(norm / found, max=1.0)
            for parameter in trained:
                parameter.grad = parameter.grad * scale
