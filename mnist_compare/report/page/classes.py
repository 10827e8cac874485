"""How the page marks a backend: by a class that has a colour and a shape, the same in its tables and drawings."""

from collections.abc import Iterable

from mnist_compare.backend import backend_order

OWN = ("torch", "keras", "paddle", "numpy")
"""Those that have a class of their name in page.css."""
OTHERS = 4


def backend_marks(labels: Iterable[str]) -> dict[str, str]:
    """The class of each row's label: its own for the known backends, `other1` to `other4` in turn for the others."""
    names = backend_order(labels)
    others = [name for name in names if name not in OWN]
    return {name: name for name in names if name in OWN} | {
        name: f"other{i % OTHERS + 1}" for i, name in enumerate(others)
    }
