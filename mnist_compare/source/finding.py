"""How writers are found: a backend names its own, and those of frameworks without a backend have entry points."""

from functools import cache
from typing import Any

from mnist_compare.backend import backends, own_name
from mnist_compare.errors import BackendError, UsageError, unknown
from mnist_compare.io.entry_points import entry_points
from mnist_compare.io.extensions import load_extensions
from mnist_compare.source.writer import Writer

ENTRY_POINTS = "mnist_compare.writers"


def writers() -> dict[str, Writer]:
    """All of them by name: those of the backends in their order, then the others."""
    return {name: find_writer(name) for name in _names()}


def find_writer(name: str) -> Writer:
    """The writer of that name or alias, in small letters or capitals.

    Raises UsageError where there is none, BackendError where it cannot be loaded.
    """
    names = _names()
    own = next((one for one in (own_name(name), name.lower()) if one in names), None)
    if own is None and own_name(name) in backends():
        raise UsageError(f"No programs are written for backend {name!r}. Valid: {', '.join(names)}.")
    if own is None:
        raise unknown("framework", name, names, "Or `all`.")
    backend = backends().get(own)
    writer: Writer = backend.load_source() if backend and backend.source else _loaded(own)
    return writer


def _names() -> list[str]:
    owned = [name for name, backend in backends().items() if backend.source]
    return owned + sorted({point.name for point in entry_points(ENTRY_POINTS)} - {*owned})


@cache
def _loaded(name: str) -> Any:
    (point, *_) = entry_points(ENTRY_POINTS).select(name=name)
    try:
        writer = point.load()
    except Exception as error:  # a package of somebody else's
        raise BackendError(
            f"The writer {name!r} cannot be loaded: {type(error).__name__}: {error}. Reinstall or remove its package."
        ) from None
    load_extensions(name)
    return writer
