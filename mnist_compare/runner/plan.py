"""From what a user asks for to the runs of a comparison, with everything checked before anything starts."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import ARCHITECTURES, check_name, default_recipe, find_architecture
from mnist_compare.architecture.rounding import check_rounded
from mnist_compare.backend import find_backend, relay_members
from mnist_compare.data import Dataset, load_dataset, subset
from mnist_compare.errors import DataError, UsageError
from mnist_compare.experiment.device import parse_gpu
from mnist_compare.host.environment import physical_cores
from mnist_compare.host.gpus import shown_gpus
from mnist_compare.host.source import numbers_sha256
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.check import Interpreter, find_interpreters
from mnist_compare.interpreters.choice import backend_names, choose
from mnist_compare.io.options import check_seed
from mnist_compare.io.reading import user_path
from mnist_compare.recipe import RECIPES, Optimizer, Recipe, find_recipe
from mnist_compare.recipe.mode import BOTH, MODES, check_execution, find_modes
from mnist_compare.recipe.schedules import Schedule
from mnist_compare.records.results import RESULTS_FILE
from mnist_compare.records.spec import DataSpec, RunSpec
from mnist_compare.runner.engine import Engine

DEFAULT_EPOCHS = 3
MAX_JOBS = 64
REPORTS = Path("reports")


class Request(msgspec.Struct, frozen=True):
    """What a comparison is asked to do. None means: the recipe's, or the default that the field's comment names."""

    backends: tuple[str, ...] = ()  # all that are installed, without the reference
    architectures: tuple[str | Path | Architecture, ...] = ("cnn",)
    recipe: str | Path | Recipe | None = None  # the one documented for each architecture
    epochs: int | str | None = None  # 3, or those of a recipe of the user's own; "documented": the recipe's
    relay: tuple[str, ...] = ()  # backends that train one network in turn, an epoch each
    seeds: tuple[int, ...] = (0,)
    modes: tuple[str, ...] = ("matched",)
    dataset: str | Path | Dataset = "mnist"
    train_size: int | None = None  # all
    test_size: int | None = None  # all
    validation: int = 0
    subset_seed: int = 0
    device: str = "auto"
    execution: str = "auto"
    threads: int | None = None  # the physical cores, divided among the runs at a time
    jobs: int = 1  # runs at a time
    precision: str | None = None
    normalization: str | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    optimizer: str | Optimizer | None = None
    schedule: str | Schedule | None = None
    shuffle: bool | None = None
    python: Mapping[str, str | Path] = {}  # backend -> interpreter; for others: mnist-compare.toml, this one, or made


class PlannedRun(msgspec.Struct, frozen=True):
    """One run of a comparison. `key` is the hash of all that determines its numbers, framework versions included.

    `interpreters` are those of its backends, by name: one, or several of a relay.
    """

    key: str
    name: str
    spec: RunSpec
    interpreters: dict[str, Interpreter]

    @property
    def versions(self) -> dict[str, str]:
        """The versions of its backends' distributions and of the libraries; in a relay several, with commas."""
        found: dict[str, dict[str, None]] = {}
        for interpreter in self.interpreters.values():
            for package, version in (interpreter.versions | interpreter.libraries).items():
                found.setdefault(package, {})[version] = None
        return {package: ", ".join(versions) for package, versions in found.items()}


class Plan(msgspec.Struct, frozen=True):
    """The runs in their order, `jobs` of them at a time, and the images that they share.

    `identity` is the same wherever the comparison runs.
    """

    runs: tuple[PlannedRun, ...]
    dataset: Dataset
    identity: str
    name: str
    jobs: int = 1


def make_plan(
    request: Request,
    engine: Engine | None = None,
    output: str | Path | None = None,
    name: str | None = None,
) -> Plan:
    """Check the request and lay out its runs; raises UsageError, BackendError, ArchitectureError or DataError.

    The `engine` is told to prepare the first run, as soon as its backend is known to be there; but not where the folder
    (`output` and `name` as for output_folder) may hold finished runs, which need no framework.
    """
    relay = relay_name(request)
    choices = choose(request.python)
    names = [*(backend_names(request.backends, choices) if request.backends or not relay else []), *relay]
    interpreters = find_interpreters([member for name in names for member in relay_members(name)], choices)
    architectures = find_architectures(request.architectures)
    _check_numbers(request)
    recipes = [_recipe(request, architecture) for architecture in architectures]
    modes = find_modes(request.modes)
    execution = check_execution(request.execution)
    jobs = min(request.jobs, len(names) * len(architectures) * len(modes) * len(request.seeds))
    threads = request.threads or max(1, physical_cores() // jobs)
    label = architectures[0].name if len(architectures) == 1 else f"{len(architectures)}-architectures"
    if engine and not _may_be_finished(label, output, name):
        first = relay_members(names[0])[0]
        engine.prepare(first, interpreters[first].path, threads)
    whole = request.dataset if isinstance(request.dataset, Dataset) else load_dataset(request.dataset)
    dataset = subset(
        whole,
        train_size=request.train_size,
        test_size=request.test_size,
        validation=request.validation,
        seed=request.subset_seed,
    )
    data = describe_data(whole, dataset, request.subset_seed)
    specs = [
        RunSpec(
            name,
            architecture,
            recipe,
            data,
            seed=seed,
            mode=mode,
            device=request.device,
            threads=threads,
            execution=execution,
        )
        for architecture, recipe in zip(architectures, recipes, strict=True)
        for mode in modes
        for seed in request.seeds
        for name in names
    ]
    runs = tuple(_run(spec, interpreters) for spec in specs)
    asked = [msgspec.structs.replace(_without_source(spec), threads=request.threads or 0) for spec in specs]
    identity = digest(asked)
    return Plan(runs, dataset, identity, f"{label}-{identity[:8]}", jobs)


def describe_data(whole: Dataset, used: Dataset, subset_seed: int = 0) -> DataSpec:
    """What a record says of the images that are `used`, a subset of `whole`."""
    return DataSpec(
        source=whole.source,
        fingerprint=whole.fingerprint,
        train_size=len(used.train_labels),
        test_size=len(used.test_labels),
        validation_size=len(used.validation_labels),
        subset_seed=subset_seed,
    )


def open_data(spec: DataSpec) -> Dataset:
    """The images that a record is about; raises DataError where its source holds others by now."""
    whole = load_dataset(spec.source)
    if whole.fingerprint != spec.fingerprint:
        raise DataError(f"{spec.source} holds other images than those of the runs: give the same data set again.")
    return subset(
        whole,
        train_size=spec.train_size,
        test_size=spec.test_size,
        validation=spec.validation_size,
        seed=spec.subset_seed,
    )


def _run(spec: RunSpec, interpreters: Mapping[str, Interpreter]) -> PlannedRun:
    own = {member: interpreters[member] for member in relay_members(spec.backend)}
    packages = [[interpreter.versions, interpreter.source] for interpreter in own.values()]
    gpus = shown_gpus() if spec.device == "auto" else []
    numbers = [numbers_sha256(find_backend(member).package) for member in own]
    key = digest([_without_source(spec), packages, gpus, __version__, numbers])
    native = "" if spec.mode == "matched" else f"-{spec.mode}"
    return PlannedRun(key, f"{spec.backend}-{spec.architecture.name}{native}-seed{spec.seed}-{key[:8]}", spec, own)


def _without_source(spec: RunSpec) -> RunSpec:
    """The spec without the path of its data, whose fingerprint says enough."""
    return msgspec.structs.replace(spec, data=msgspec.structs.replace(spec.data, source=""))


def digest(value: object) -> str:
    """SHA-256, in hex, of a value as JSON."""
    return sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def relay_name(request: Request) -> list[str]:
    """The name of the relay that is asked for, such as "torch+keras"; nothing without one."""
    if not request.relay:
        return []
    if len(request.relay) < 2:
        raise UsageError(f"A relay needs two backends or more (it is {', '.join(request.relay)}).")
    if set(request.modes) != {"matched"}:
        raise UsageError("A relay needs matched mode: native optimizers cannot take over each other's state.")
    return ["+".join(find_backend(name).name for name in request.relay)]


def find_architectures(wanted: Sequence[str | Path | Architecture]) -> list[Architecture]:
    """The networks of names, files, values and `all`; raises UsageError where two share a name."""
    found: dict[str, Architecture] = {}
    for item in wanted:
        non_default_fields = (
            ARCHITECTURES.values()
            if item == "all"
            else [item if isinstance(item, Architecture) else find_architecture(str(item))]
        )
        for architecture in non_default_fields:
            _ = architecture.shaped_layers  # which raises where a value made in Python has something else in a field
            check_name(architecture.name)
            if found.setdefault(architecture.name, architecture) != architecture:
                raise UsageError(f"Two architectures are called {architecture.name!r}: give one of them another name.")
    if not found:
        raise UsageError(f"No architecture given. Valid: {', '.join(ARCHITECTURES)}, all, or the path of a .toml file.")
    return list(found.values())


def _recipe(request: Request, architecture: Architecture) -> Recipe:
    asked = request.recipe
    recipe = find_recipe(str(asked)) if isinstance(asked, str | Path) else asked or default_recipe(architecture)
    changed = recipe.changed(
        epochs=_epochs(request.epochs, recipe),
        precision=request.precision,
        normalization=request.normalization,
        batch_size=request.batch_size,
        learning_rate=request.learning_rate,
        optimizer=request.optimizer,
        schedule=request.schedule,
        shuffle=request.shuffle,
    )
    check_rounded(architecture)
    changed.check_output(architecture.name, architecture.output)
    return changed


def _epochs(asked: int | str | None, recipe: Recipe) -> int | None:
    """How many epochs instead of the recipe's; None keeps those."""
    if isinstance(asked, int):
        return asked
    if asked is not None and asked != "documented":
        raise UsageError(f"epochs must be a number or `documented` (it is {asked!r}).")
    return min(DEFAULT_EPOCHS, recipe.epochs) if asked is None and RECIPES.get(recipe.name) == recipe else None


def _check_numbers(request: Request) -> None:
    check_machine(request.device, request.threads)
    if not 1 <= request.jobs <= MAX_JOBS:
        raise UsageError(f"jobs must be from 1 to {MAX_JOBS} (it is {request.jobs}).")
    if not request.modes:
        raise UsageError(f"No mode given. Valid: {', '.join((*MODES, BOTH))}.")
    if not request.seeds:
        raise UsageError("No seed given: at least one is needed, from 0 to 2^63 - 1.")
    for seed in request.seeds:
        check_seed(seed)
    if len(set(request.seeds)) < len(request.seeds):
        raise UsageError(f"Each seed can be given once (they are {', '.join(map(str, request.seeds))}).")


def check_machine(device: str, threads: int | None) -> None:
    """Raise UsageError for a device or a number of threads that cannot be."""
    if device not in ("auto", "cpu"):
        parse_gpu(device)
    if threads is not None and not 1 <= threads <= 1024:
        raise UsageError(f"threads must be from 1 to 1024 (it is {threads}).")


def _may_be_finished(label: str, output: str | Path | None, name: str | None) -> bool:
    """Whether there are results where those of a comparison go; if that has no name yet, it begins with the label."""
    if output is not None or name is not None:
        places = [user_path(output) if output is not None else REPORTS / str(name)]
    else:
        places = [place for place in REPORTS.glob("*") if place.name.startswith(f"{label}-")]
    with suppress(OSError, ValueError):  # a folder that cannot be: who claims it says why
        return any((place / RESULTS_FILE).exists() for place in places)
    return False


def is_plain(name: str) -> bool:
    """Whether a name has letters, and none that cannot be seen."""
    return bool(name.strip()) and name.isprintable()


def output_folder(plan: Plan, output: str | Path | None, name: str | None) -> Path:
    """Where the comparison goes: `output`, or reports/`name`, or reports/ and a name of its own."""
    if output is not None and name is not None:
        raise UsageError("Give --output or --name, not both: --name X means --output reports/X.")
    if output is not None and not str(output).strip():
        raise UsageError(f"--output must be the path of a folder (it is {str(output)!r}).")
    if name is not None and (name != Path(name).name or name.startswith((".", "~")) or not is_plain(name)):
        raise UsageError(f"--name must be a plain folder name (it is {name!r}).")
    return user_path(output) if output is not None else REPORTS / (name or plan.name)
