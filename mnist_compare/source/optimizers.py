"""What is said of an optimizer that no program is written for."""

from collections.abc import Callable
from typing import Any

from mnist_compare.errors import UsageError
from mnist_compare.io.registry import tag_of
from mnist_compare.recipe import Optimizer


def not_written(framework: str, optimizer: Optimizer, write: Callable[..., Any]) -> UsageError:
    """The error, with those that `write`, a singledispatch function, knows."""
    known = [kind for kind in write.registry if issubclass(kind, Optimizer) and kind is not Optimizer]  # type: ignore[attr-defined]
    valid = ", ".join(sorted(tag_of(kind) for kind in known))
    return UsageError(
        f"No {framework} program is written for the optimizer {tag_of(optimizer)!r}. Valid: {valid}. Take another "
        "recipe with --recipe."
    )
