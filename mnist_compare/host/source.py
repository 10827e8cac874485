"""The hash of a package's source: it tells two states of a checkout apart that have the same version number."""

import os
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

ROOT = "mnist_compare"
COMPUTES = f"{ROOT}.experiment.experiment"
"""The module from which everything that computes is imported, lazily or not."""

NO_NUMBERS = {
    "": "gives names to users, and imports everything for that",
    "data.changes": "what it gives is in the spec, by the fingerprint of the data",
    "data.classes": "what classes are called",
    "data.fetching": "what it downloads is in the spec, by the fingerprint of the data",
    "data.published": "where sets are downloaded from",
    "data.image_source": "images for predictions, which no training sees",
    "data.look": "what it notices changes nothing",
    "data.part": "what it gives is in the spec, by the fingerprint of the data",
    "data.readers": "what they give is in the spec, by the fingerprint of the data",
    "data.resampling": "what it gives is in the spec, by the fingerprint of the data",
    "data.preparation": "images for predictions, which no training sees",
    "certify": "faults that are planted into the reference, which no run has",
    "errors": "words of errors",
    "host.checkout": "asks git",
    "host.garbage": "when memory is freed",
    "host.gpus": "names the GPUs",
    "host.libraries": "versions, which are in the key",
    "host.machine": "describes the machine",
    "host.matplotlibrc": "figures",
    "host.processes": "how processes are started and ended",
    "host.quota": "how many threads there are, which is in the spec",
    "host.source": "this module: what it leaves out",
    "host.stopwatch": "measures times",
    "host.version": "the version, which is in the key",
    "io.entry_points": "finds other packages, which are in the key",
    "io.extensions": "imports other packages, which are in the key",
    "io.files": "how files are written",
    "io.foreign": "words of errors",
    "io.decoding": "words of errors",
    "io.options": "words of errors",
    "io.reading": "how large files may be",
    "io.toml": "what it gives is in the spec",
    "recipe.varying": "words of reports, and names of folders",
    "experiment.misfits": "words of errors",
    "experiment.epoch_result": "a record",
    "experiment.framework_model": "a copy for the user, made after a training",
    "experiment.matching": "names of arrays in other programs' files",
    "experiment.model_file": "files for the user, made after a training",
}
"""Modules and packages that what computes imports, and that can change without a change of any number, each with the
reason. What is imported by them alone is left out too.
"""

_NAME = rf"({ROOT}(?:\.\w+)*)(?!\w)"
_CORE = Path(__file__).parents[1]
IMPORT = re.compile(
    rf"^[ \t]*(?:from[ \t]+{_NAME}[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ \t]+{_NAME})", re.MULTILINE
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


@cache
def numbers_sha256(package: str, extensions: tuple[str, ...] = ()) -> str:
    """SHA-256, in hex, over those modules of the core that determine a run's numbers on a backend's package, and over
    the packages of extensions.
    """
    found = {module: source_sha256_of(module) for module in sorted(computing_modules(package))}
    found |= {extension: source_sha256(extension) for extension in extensions}
    return sha256("".join(f"{name}\0{digest}\0" for name, digest in found.items()).encode()).hexdigest()


def computing_modules(package: str) -> set[str]:
    """The modules of the core that experiments and a backend's package import, and those import, and so on; but for
    those of NO_NUMBERS, and what is imported by them alone.
    """
    found: set[str] = set()
    left = {COMPUTES}.union(*(imported_modules(path) for _, path in _files(package)))
    while left:
        found |= left
        left = set().union(*(imported_modules(_file(module)) for module in left)) - found
    return found


@cache
def imported_modules(path: Path) -> set[str]:
    """The modules of the core that a file imports anywhere, with the packages that they lie in; but for NO_NUMBERS."""
    found: set[str] = set()
    for match in IMPORT.finditer(path.read_text()):
        module = match[1] or match[3]
        deeper = [f"{module}.{name}" for name in re.findall(r"\w+", match[2] or "")]
        for one in (module, *filter(_is_module, deeper)):
            parts = one.split(".")
            found |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return {module for module in found if not _is_left_out(module)}


def _is_left_out(module: str) -> bool:
    own = module.removeprefix(ROOT).removeprefix(".")
    parts = own.split(".")
    return any(".".join(parts[:end]) in NO_NUMBERS for end in range(1, len(parts) + 1))


def source_sha256_of(module: str) -> str:
    """SHA-256, in hex, of one module's file."""
    return sha256(_file(module).read_bytes()).hexdigest()


@cache
def _file(module: str) -> Path:
    place = _CORE.joinpath(*module.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@cache
def _is_module(module: str) -> bool:
    return _file(module).is_file()


def _files(package: str) -> list[tuple[str, Path]]:
    """Name within the package, and path, of each of its files, in an order that is the same everywhere."""
    spec = find_spec(package)
    if spec is None or not (spec.submodule_search_locations or spec.origin):
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    if not spec.submodule_search_locations:
        path = Path(str(spec.origin))
        return [(path.name, path)]
    roots = [Path(root) for root in spec.submodule_search_locations]
    return sorted(file for root in roots for file in _below(root))


def _below(root: Path) -> Iterator[tuple[str, Path]]:
    """The same of one folder. By os.walk, which takes half as long as a pattern: each worker looks at all files."""
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        folder = Path(place)
        above = folder.relative_to(root)
        yield from (((above / name).as_posix(), folder / name) for name in files if name.endswith(".py"))
