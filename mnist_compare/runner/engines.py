"""The engines that are installed, by name: those of this package, and others by entry point."""

import os

from mnist_compare.errors import BackendError, unknown
from mnist_compare.io.entry_points import entry_points
from mnist_compare.runner.engine import Engine

ENTRY_POINTS = "mnist_compare.engines"
VARIABLE = "MNIST_COMPARE_ENGINE"
DEFAULT = "local"


def engine_names() -> list[str]:
    """The names of the engines that are installed."""
    return sorted({point.name for point in entry_points(ENTRY_POINTS)})


def open_engine(name: str | None = None) -> Engine:
    """A new engine of that name; without one, what MNIST_COMPARE_ENGINE says, or `local`. Close it at the end.

    Raises UsageError with the valid names, or BackendError where its package cannot be loaded.
    """
    wanted = name or os.environ.get(VARIABLE) or DEFAULT
    for point in entry_points(ENTRY_POINTS):
        if point.name == wanted:
            try:
                kind = point.load()
                engine = kind()
            except Exception as error:  # a package of somebody else's
                reason = f"{type(error).__name__}: {error}"
                raise BackendError(f"Engine {wanted!r} cannot be loaded: {reason}. Reinstall its package.") from None
            if not isinstance(engine, Engine):
                raise BackendError(f"Engine {wanted!r} is no mnist_compare.runner.engine.Engine ({point.value}).")
            return engine
    raise unknown("engine", wanted, engine_names())
