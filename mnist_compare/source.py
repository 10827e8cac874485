"""The source of a package as one SHA-256: equal where two interpreters, or two days, run the same code."""

from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

# What a run's numbers come from. Command line, reports and certificates can change and leave them as they are.
NUMBERS = (
    "architecture",
    "architectures",
    "data",
    "evaluation",
    "experiment",
    "fitting",
    "mode",
    "randomness",
    "recipe",
    "rounding",
    "schedule",
    "steps",
)


@cache
def source_sha256(package: str) -> str:
    """SHA-256, in hex, over the .py files of a package or module: their names in it and their bytes.

    The package itself is not imported (those above it are). Raises ModuleNotFoundError where there is none.
    """
    spec = find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {package!r}")
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    files = {path.relative_to(folder).as_posix(): path for folder in folders for path in folder.rglob("*.py")}
    if not folders and spec.origin:
        files = {Path(spec.origin).name: Path(spec.origin)}
    digest = sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def numbers_sha256() -> str:
    """SHA-256, in hex, over those modules of the core that determine a run's numbers."""
    return sha256("".join(source_sha256(f"mnist_compare.{module}") for module in NUMBERS).encode()).hexdigest()
