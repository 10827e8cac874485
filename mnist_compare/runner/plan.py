"""From what a user asks for to the runs of a comparison, with everything checked before anything starts."""

from collections.abc import Iterable, Mapping
from itertools import chain, product
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.backend import find_backend, relay_members
from mnist_compare.data import Dataset, load_dataset, subset
from mnist_compare.errors import UsageError
from mnist_compare.experiment.train_metrics import TrainMetrics, check_train_metrics
from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import Interpreter, find_interpreters
from mnist_compare.interpreters.choice import backend_names, choose
from mnist_compare.lowering import TUNINGS, find_tunings
from mnist_compare.randomness import permutation
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.mode import Execution, Mode, check_execution, find_modes
from mnist_compare.records.record import MARGIN
from mnist_compare.records.spec import DataSpec, RunSpec
from mnist_compare.runner.data_spec import describe_data
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.networks import find_architectures, recipe_of
from mnist_compare.runner.output_folder import may_be_finished
from mnist_compare.runner.planned_run import PlannedRun, digest, plan_run, without_source
from mnist_compare.runner.request import Request, check_numbers, relay_name


class Plan(msgspec.Struct, frozen=True):
    """The runs in their order, `jobs` of them at a time, the images that they share, and the margin that their records
    declare.

    `identity` is the same wherever the comparison runs.
    """

    runs: tuple[PlannedRun, ...]
    dataset: Dataset
    identity: str
    name: str
    jobs: int = 1
    margin: float = MARGIN


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
    axes = _find_axes(request)
    jobs = min(request.jobs, axes.run_count)
    threads = request.threads or max(1, physical_cores() // jobs)
    if engine and not may_be_finished(axes.label, output, name):
        first = relay_members(axes.backends[0])[0]
        engine.prepare(first, axes.interpreters[first].path, threads)
    dataset, data = _read_images(request)
    specs = axes.specs(data, request.device, threads)
    asked = [replace(without_source(spec), threads=request.threads or 0) for spec in specs]
    identity = digest(asked)
    runs = tuple(plan_run(spec, axes.interpreters) for spec in specs)
    return Plan(runs, dataset, identity, f"{axes.label}-{identity[:8]}", jobs, request.margin)


class _Axes(msgspec.Struct, frozen=True):
    """Along which the runs of a comparison differ: there is one for each combination."""

    backends: list[str]
    interpreters: Mapping[str, Interpreter]
    trainings: list[tuple[Architecture, Recipe]]
    modes: tuple[Mode, ...]
    tunings: tuple[str, ...]
    seeds: tuple[int, ...]
    execution: Execution
    train_metrics: TrainMetrics

    @property
    def run_count(self) -> int:
        """How many runs there are."""
        ways = sum(len(self.tunings_for(name)) for name in self.backends)
        return len(self.trainings) * len(self.modes) * len(self.seeds) * ways

    def tunings_for(self, backend: str) -> tuple[str, ...]:
        """The tunings that make a difference in a backend: where it has no passes, the first is like the others."""
        passes = any(find_backend(member).passes for member in relay_members(backend))
        return self.tunings if passes else self.tunings[:1]

    @property
    def label(self) -> str:
        """The first part of the comparison's name."""
        first = self.trainings[0][0].name
        return first if len(self.trainings) == 1 else f"{len(self.trainings)}-architectures"

    def specs(self, data: DataSpec, device: str, threads: int) -> list[RunSpec]:
        """The runs in the order in which they are done: those of one seed after those of another.

        The first seed's are as they were asked for, those of every other in an order that is drawn from the seed. So a
        slow minute of the machine hits now this backend, now that one, and no network alone.
        """
        first, *others = ([self._spec(way, seed, data, device, threads) for way in self._ways()] for seed in self.seeds)
        drawn = (
            [block[i] for i in permutation(seed, "order of runs", size=len(block))]
            for seed, block in zip(self.seeds[1:], others, strict=True)
        )
        return [*first, *chain.from_iterable(drawn)]

    def _ways(self) -> list[tuple[Architecture, Recipe, Mode, str, str]]:
        """All that is done once per seed: network, recipe, mode, tuning and backend."""
        return [
            (architecture, recipe, mode, tuning, name)
            for architecture, recipe in self.trainings
            for mode in self.modes
            for tuning in self.tunings
            for name in self.backends
            if tuning in self.tunings_for(name)
        ]

    def _spec(
        self, way: tuple[Architecture, Recipe, Mode, str, str], seed: int, data: DataSpec, device: str, threads: int
    ) -> RunSpec:
        architecture, recipe, mode, tuning, name = way
        how = (self.execution, tuning, self.train_metrics)
        return RunSpec(name, architecture, recipe, data, seed, mode, device, threads, *how)


def _find_axes(request: Request) -> _Axes:
    """What the names of a request mean; raises as make_plan does."""
    relay = relay_name(request)
    choices = choose(request.python)
    backends = [*(backend_names(request.backends, choices) if request.backends or not relay else []), *relay]
    members = [member for name in backends for member in relay_members(name)]
    interpreters = find_interpreters(members, choices)
    architectures = find_architectures(request.architectures)
    check_numbers(request)
    return _Axes(
        backends,
        interpreters,
        [(architecture, recipe_of(request, architecture)) for architecture in architectures],
        find_modes(request.modes),
        tunings_of(request.tunings, members),
        request.seeds,
        check_execution(request.execution),
        check_train_metrics(request.train_metrics),
    )


def tunings_of(names: Iterable[str], backends: Iterable[str]) -> tuple[str, ...]:
    """The tunings of these names; raises UsageError for a single pass that one of the backends does not have."""
    tunings = find_tunings(names)
    for backend, tuning in product(backends, tunings):
        valid = find_backend(backend).passes
        lacking = [] if tuning in TUNINGS else [name for name in tuning.split("+") if name not in valid]
        if lacking:
            raise UsageError(
                f"Tuning {tuning!r}: backend {backend!r} has no pass {', '.join(lacking)}. Valid with it: "
                f"{', '.join((*TUNINGS, *valid))}. Take one of those, or name other backends."
            )
    return tunings


def _read_images(request: Request) -> tuple[Dataset, DataSpec]:
    """The images that are asked for, and what records say of them."""
    whole = request.dataset if isinstance(request.dataset, Dataset) else load_dataset(request.dataset)
    dataset = subset(
        whole,
        train_size=request.train_size,
        test_size=request.test_size,
        validation=request.validation,
        seed=request.subset_seed,
    )
    return dataset, describe_data(whole, dataset, request.subset_seed)
