"""The hash of a package's source: it tells two states of a checkout apart that have the same version number."""

from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

# What a run's numbers come from. Command line, reports and certificates can change and leave them as they are.
NUMBERS = (
    "architecture",
    "data",
    "experiment",
    "host.environment",
    "io.float32",
    "lowering",
    "randomness",
    "recipe",
)


@cache
def source_sha256(package: str) -> str:
    """SHA-256, in hex, over the .py files of a package (or of a module of one file), found without importing it.

    Paths and contents count, `__pycache__` does not. Raises ModuleNotFoundError where it is not installed.
    """
    found = sha256()
    for name, path in _files(package):
        content = path.read_bytes()
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def numbers_sha256() -> str:
    """SHA-256, in hex, over those modules of the core that determine a run's numbers."""
    return sha256("".join(source_sha256(f"mnist_compare.{module}") for module in NUMBERS).encode()).hexdigest()


def _files(package: str) -> list[tuple[str, Path]]:
    """Name within the package, and path, of each of its files, in an order that is the same everywhere."""
    spec = find_spec(package)
    if spec is None or not (spec.submodule_search_locations or spec.origin):
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    if not spec.submodule_search_locations:
        path = Path(str(spec.origin))
        return [(path.name, path)]
    roots = [Path(root) for root in spec.submodule_search_locations]
    files = [(path.relative_to(root).as_posix(), path) for root in roots for path in root.rglob("*.py")]
    return sorted((name, path) for name, path in files if "__pycache__" not in path.parts)
