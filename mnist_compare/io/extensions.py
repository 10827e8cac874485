"""Modules of other packages that add layers, optimizers and schedules, found by entry point.

An entry of the group `mnist_compare.extensions` is named `core` where its module defines their classes; it is named
after a backend where its module registers what computes them there.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from mnist_compare.errors import BackendError
from mnist_compare.io.entry_points import entry_points

ENTRY_POINTS = "mnist_compare.extensions"
CORE = "core"


@cache
def load_extensions(name: str) -> None:
    """Import the modules of all entries of that name, once; raises BackendError where one cannot be imported."""
    for module in _modules(name):
        try:
            import_module(module)
        except Exception as error:  # a package of somebody else's
            raise _broken(module, f"{type(error).__name__}: {error}") from None


def extension_packages(*names: str) -> tuple[str, ...]:
    """The import packages of all entries of those names, each once, in an order that is the same everywhere.

    None is imported; raises BackendError where one is not there.
    """
    packages = {module.partition(".")[0]: module for name in names for module in _modules(name)}
    for package, module in packages.items():
        if find_spec(package) is None:
            raise _broken(module, f"ModuleNotFoundError: No module named {package!r}")
    return tuple(sorted(packages))


@cache
def _modules(name: str) -> tuple[str, ...]:
    return tuple(sorted(point.module for point in entry_points(ENTRY_POINTS).select(name=name)))


def _broken(module: str, reason: str) -> BackendError:
    return BackendError(f"Extension {module!r} cannot be loaded: {reason}. Reinstall or remove its package.")
