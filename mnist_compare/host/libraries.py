"""The versions of what shapes a run's numbers besides its framework."""

import platform
from collections.abc import Iterable
from importlib import metadata
from typing import Any

import numpy as np

from mnist_compare.host.version import __version__

LIBRARIES = ("numpy", "msgspec", "safetensors")


def library_versions() -> dict[str, str]:
    """The core, Python, the libraries between the data and the frameworks, and the BLAS that NumPy computes with."""
    own = {"mnist-compare": __version__, "python": platform.python_version()}
    blas = numpy_blas()
    return own | distribution_versions(LIBRARIES) | ({"blas of numpy": blas} if blas else {})


def numpy_blas() -> str:
    """Name and version, such as "scipy-openblas 0.3.31"; "" where NumPy does not say."""
    told: Any = np.show_config(mode="dicts")
    blas = (told or {}).get("Build Dependencies", {}).get("blas", {})
    return " ".join(str(blas[key]) for key in ("name", "version") if blas.get(key) not in (None, "", "unknown"))


def distribution_versions(names: Iterable[str]) -> dict[str, str]:
    """Versions of those of the distributions that are installed."""
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
