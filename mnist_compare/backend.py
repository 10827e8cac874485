"""Backends are found by entry point, and described without importing their framework."""

import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any

import msgspec

from mnist_compare.defaults import Default
from mnist_compare.errors import BackendError, unknown
from mnist_compare.host.environment import physical_cores, set_defaults, thread_variables
from mnist_compare.host.libraries import distribution_versions
from mnist_compare.io.entry_points import entry_points
from mnist_compare.io.extensions import CORE, extension_packages, load_extensions
from mnist_compare.io.extensions import ENTRY_POINTS as EXTENSIONS
from mnist_compare.io.registry import Tagged, tag_of

ENTRY_POINTS = "mnist_compare.backends"
LAST = 1_000
"""The rank of a backend that says nothing of it."""


class Backend(msgspec.Struct, frozen=True):
    """A framework's adapter.

    `modules` must be importable for it to work; `distributions` are the packages whose versions are recorded
    (those that are installed); `experiment` is "package.module:Class"; `install` is the command that mends a
    missing framework. `faults`, "package.module:NAME", are planted faults, and `noise` are copies of the backend that
    round otherwise, by name: the reference alone has both. `source`, "package.module:NAME", is what writes programs of
    the framework alone (`show --source`), without importing it. `aliases` are other names by which users may call it.
    `passes` are the names of the passes (`mnist_compare.lowering.PASSES`) that its networks are tuned with, `defaults`
    what its framework does by itself in native mode and otherwise in matched mode.
    In tables backends stand in the order of their `rank`, then of their names; `color` ("#d55e00") and `marker` ("o",
    of matplotlib) are its look in figures, where it has one of its own. `is_reference` says that it is the arbiter of
    the others, and no framework: it is left out where nobody names it. With `data_parallel` several processes can train
    one network together (`--processes`).

    `variables` are environment variables that its framework needs wherever it is imported; `thread_variables` are the
    names of those that hold the number of threads, beside the ones of OpenMP and BLAS. Workers get `worker_variables`
    too, and `certificate_variables` where its numbers are certified: with them it repeats its own sums, bit by bit.
    """

    name: str
    title: str
    modules: tuple[str, ...]
    distributions: tuple[str, ...]
    experiment: str
    install: str
    faults: str = ""
    noise: str = ""
    source: str = ""
    aliases: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    defaults: tuple[Default, ...] = ()
    rank: int = LAST
    color: str = ""
    marker: str = ""
    is_reference: bool = False
    data_parallel: bool = False
    variables: Mapping[str, str] = {}
    thread_variables: tuple[str, ...] = ()
    worker_variables: Mapping[str, str] = {}
    certificate_variables: Mapping[str, str] = {}

    @property
    def package(self) -> str:
        """The import package that it lives in."""
        return self.experiment.partition(":")[0].partition(".")[0]

    @property
    def extensions(self) -> tuple[str, ...]:
        """The import packages of extensions that it computes with: those of the core, and its own."""
        return extension_packages(CORE, self.name)

    def missing(self) -> list[str]:
        """The modules that it needs and that are not installed."""
        return [module for module in self.modules if not _is_importable(module)]

    def versions(self) -> dict[str, str]:
        """Installed versions of its distributions."""
        return distribution_versions(self.distributions)

    def require(self) -> "Backend":
        """The backend itself; raises BackendError with the command that installs what is missing."""
        missing = self.missing()
        if missing:
            raise BackendError(
                f"Backend {self.name!r} needs {' and '.join(missing)}, which {sys.executable} does not have. "
                f"Install it with: {self.install}"
            )
        return self

    def environment(self, threads: int) -> dict[str, str]:
        """The variables with which its framework is to be imported, for so many threads."""
        own = dict.fromkeys(self.thread_variables, str(threads))
        return {**thread_variables(threads), **own, **self.variables}

    def prepare(self) -> None:
        """Set these variables where they are not set yet. Its module calls it before it imports the framework."""
        set_defaults(self.environment(physical_cores()))

    def load(self) -> type[Any]:
        """Import the framework and give the backend's Experiment; its base class lies above this module."""
        self.require()
        experiment: type[Any] = self._load(self.experiment)
        return experiment

    def load_faults(self) -> tuple[Any, ...]:
        """The `certify.fault.Fault`s that can be planted into it; none in any but the reference."""
        faults: tuple[Any, ...] = self._load(self.faults) if self.faults else ()
        return faults

    def load_noise(self) -> dict[str, type[Any]]:
        """Its copies that round otherwise, Experiments by name; none of any but the reference."""
        noise: dict[str, type[Any]] = self._load(self.noise) if self.noise else {}
        return noise

    def load_source(self) -> Any:
        """The `mnist_compare.source.Writer` of its programs, of a backend whose `source` names one."""
        return self._load(self.source)

    def lacks(self, what: str, value: Tagged, register: str) -> BackendError:
        """The error for a layer or an optimizer (`what`) that it does not compute; `register` is the function of its
        package that classes are registered with: "layers.make_module".
        """
        return BackendError(
            f"Backend {self.name!r} has no {what} {tag_of(value)!r}. What computes it is registered with "
            f"@{self.package}.{register}.register, in a module that the entry point {self.name!r} of the group "
            f"{EXTENSIONS} names."
        )

    def _load(self, name: str) -> Any:
        """What stands at "package.module:NAME", with the extensions of the backend."""
        module, _, attribute = name.partition(":")
        found = getattr(import_module(module), attribute)
        load_extensions(self.name)
        return found


def relay_members(name: str) -> list[str]:
    """The backends that a run's name stands for: several where they train one network in turn, "torch+keras"."""
    return name.split("+")


def backend_order(names: Iterable[str]) -> list[str]:
    """Each name once, by the rank of its backend; those without one by alphabet, last."""
    ranks = {name: backend.rank for name, backend in backends().items()}
    return sorted(set(names), key=lambda name: (ranks.get(name, LAST), name))


@cache
def backends() -> dict[str, Backend]:
    """All backends that are installed beside this package, by name: the frameworks, then the reference and others."""
    found = {name: backend for name, backend in _all_loaded().items() if isinstance(backend, Backend)}
    return dict(sorted(found.items(), key=lambda item: (item[1].rank, item[0])))


def reference_name() -> str:
    """The name of the reference, the arbiter of all others; raises BackendError where there is none, or another one."""
    found = [backend.name for backend in backends().values() if backend.is_reference]
    if len(found) != 1:
        raise BackendError(
            f"There must be one reference backend, and here are {found or 'none'}. Reinstall mnist-compare."
        )
    return found[0]


def broken_backends() -> dict[str, str]:
    """The backends whose package cannot be loaded, with the reason."""
    return {name: reason for name, reason in _all_loaded().items() if isinstance(reason, str)}


def find_backend(name: str) -> Backend:
    """The backend of that name, or of that alias, in small letters or capitals; by its name no other one is imported.

    Raises UsageError with the valid names, or BackendError where it cannot be loaded.
    """
    own = own_name(name)
    if own not in _entry_points():
        raise unknown("backend", name, backends(), "`doctor` shows what is installed.")
    found = _loaded(own)
    if isinstance(found, str):
        raise BackendError(f"Backend {name!r} cannot be loaded: {found}. Reinstall or remove its package.")
    return found


def own_name(name: str) -> str:
    """The name of the backend that is meant by a name, an alias or capitals; the same where none is."""
    if name in _entry_points():
        return name
    alias = _aliases().get(name.lower())
    return alias.name if alias else name


@cache
def _entry_points() -> dict[str, metadata.EntryPoint]:
    return {point.name: point for point in entry_points(ENTRY_POINTS)}


@cache
def _loaded(name: str) -> Backend | str:
    """The backend of an entry point, or why there is none."""
    point = _entry_points()[name]
    try:
        backend = point.load()
    except Exception as error:  # a package of somebody else's, which must not stop the others
        return f"{type(error).__name__}: {error}"
    return backend if isinstance(backend, Backend) else f"{point.value} is no Backend"


def _all_loaded() -> dict[str, Backend | str]:
    return {name: _loaded(name) for name in _entry_points()}


@cache
def _aliases() -> dict[str, Backend]:
    return {alias.lower(): backend for backend in backends().values() for alias in (backend.name, *backend.aliases)}


def _is_importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is missing
        return False
