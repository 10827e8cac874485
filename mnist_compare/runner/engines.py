"""The engines that are installed, by name: those of this package, and others by entry point."""

import os
from collections.abc import Iterable, Sequence
from typing import Any

from mnist_compare.document.words import listing
from mnist_compare.errors import BackendError, MnistCompareError, UsageError, unknown
from mnist_compare.io.entry_points import entry_points
from mnist_compare.runner.engine import Engine

ENTRY_POINTS = "mnist_compare.engines"
VARIABLE = "MNIST_COMPARE_ENGINE"
DEFAULT = "local"


def engine_names() -> list[str]:
    """The names of the engines that are installed."""
    return sorted({point.name for point in entry_points(ENTRY_POINTS)})


def open_engine(name: str | None = None, **options: Any) -> Engine:
    """A new engine of that name; without one, what MNIST_COMPARE_ENGINE says, or `local`. Close it at the end.

    `options` go to it; those that are None or False are not given. Raises UsageError with the valid names, or for an
    option that this engine does not take, and BackendError where its package cannot be loaded.
    """
    wanted = name or os.environ.get(VARIABLE) or DEFAULT
    given = {option: value for option, value in options.items() if value not in (None, False)}
    for point in entry_points(ENTRY_POINTS):
        if point.name == wanted:
            try:
                kind = point.load()
                _check_options(wanted, getattr(kind, "options", ()), given)
                engine = kind(**given)
            except MnistCompareError:
                raise
            except Exception as error:  # a package of somebody else's
                reason = f"{type(error).__name__}: {error}"
                raise BackendError(f"Engine {wanted!r} cannot be loaded: {reason}. Reinstall its package.") from None
            if not isinstance(engine, Engine):
                raise BackendError(f"Engine {wanted!r} is no mnist_compare.runner.engine.Engine ({point.value}).")
            return engine
    raise unknown("engine", wanted, engine_names())


def _check_options(name: str, valid: Sequence[str], given: Iterable[str]) -> None:
    other = [f"--{option}" for option in given if option not in valid]
    if other:
        takes = f"It takes {listing([f'--{option}' for option in valid])}" if valid else "It has no options of its own"
        raise UsageError(f"Engine {name!r} does not take {listing(other)}. {takes}; --engine ray runs on a cluster.")
