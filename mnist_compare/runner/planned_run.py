"""A run that is to be done, and the hash of all that determines its numbers."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from mnist_compare.backend import find_backend, relay_members
from mnist_compare.host.gpus import shown_gpus
from mnist_compare.host.source import numbers_sha256
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.check import Interpreter
from mnist_compare.lowering import TUNED
from mnist_compare.recipe.mode import named_defaults
from mnist_compare.records.spec import RunSpec

KEY_DIGITS = 8  # of a key in the name of a run
MAX_NAMED = 2  # passes or defaults in the name of a folder, which has 255 bytes


class PlannedRun(msgspec.Struct, frozen=True):
    """One run of a comparison. `key` is the hash of all that determines its numbers, framework versions included.

    `interpreters` are those of its backends, by name: one, or several of a relay. `setting` is what tells its recipe
    from the others of its network in a few words, such as "lr0.01"; "" where there are none.
    """

    key: str
    name: str
    spec: RunSpec
    interpreters: dict[str, Interpreter]
    setting: str = ""

    @property
    def versions(self) -> dict[str, str]:
        """The versions of its backends' distributions and of the libraries; in a relay several, with commas."""
        found: dict[str, dict[str, None]] = {}
        for interpreter in self.interpreters.values():
            for package, version in (interpreter.versions | interpreter.libraries).items():
                found.setdefault(package, {})[version] = None
        return {package: ", ".join(versions) for package, versions in found.items()}


def plan_run(spec: RunSpec, interpreters: Mapping[str, Interpreter], setting: str = "") -> PlannedRun:
    """The run of a spec, where these are the interpreters of the backends; see PlannedRun for its `setting`."""
    own = {member: interpreters[member] for member in relay_members(spec.backend)}
    packages = [[interpreter.versions, interpreter.source] for interpreter in own.values()]
    gpus = shown_gpus() if spec.device == "auto" else []
    numbers = [numbers_sha256(backend.package, backend.extensions) for backend in map(find_backend, own)]
    key = digest([without_source(spec), packages, gpus, __version__, numbers])
    words = f"-{setting.replace(' ', '-')}" if setting else ""
    return PlannedRun(key, f"{_label(spec)}{words}-seed{spec.seed}-{key[:KEY_DIGITS]}", spec, own, setting)


def name_parts(name: str) -> tuple[str, str]:
    """What the name of a run says of it, and the first digits of its key."""
    said, _, digits = name.rpartition("-")
    return said, digits


def _label(spec: RunSpec) -> str:
    """Backend and network, with mode, tuning and processes that are not the default; many passes are counted."""
    passes, defaults = spec.tuning.count("+") + 1, named_defaults(spec.mode)
    tuning = f"{passes}-passes" if passes > MAX_NAMED else spec.tuning
    named = f"native-{len(defaults)}-defaults" if len(defaults) > MAX_NAMED else spec.mode.replace(":", "-")
    mode = "" if spec.mode == "matched" else f"-{named}"
    tuning = "" if spec.tuning == TUNED else f"-{tuning}"
    processes = "" if spec.processes == 1 else f"-{spec.processes}-processes"
    return f"{spec.backend}-{spec.architecture.name}{mode}{tuning}{processes}"


def without_source(spec: RunSpec) -> RunSpec:
    """The spec without the paths of its data and of what it starts from, and without how the data were changed, for
    their fingerprints say enough; and without what is said of them.
    """
    start = spec.start and replace(spec.start, source="")
    return replace(spec, data=replace(spec.data.without_words(), source="", changes=None), start=start)


def digest(value: object) -> str:
    """SHA-256, in hex, of a value as JSON."""
    return sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
