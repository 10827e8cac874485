"""Along which the runs of a comparison differ, and the runs that follow: which modes and tunings a backend has.

Without more being asked, every backend is trained in every mode and tuning. To attribute a gap, each is trained in
those that tell something about it: with each default that differs in a network alone, or with each of its passes alone.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, product

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.backend import find_backend, relay_members
from mnist_compare.defaults import concerned
from mnist_compare.errors import UsageError, unknown
from mnist_compare.experiment.train_metrics import TrainMetrics
from mnist_compare.interpreters.check import Interpreter
from mnist_compare.lowering import PASSES, PLAIN, TUNED, TUNINGS, find_tunings
from mnist_compare.randomness import permutation
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.mode import MATCHED, NATIVE, Execution, Mode, named_defaults, single
from mnist_compare.recipe.varying import setting_words
from mnist_compare.records.spec import DataSpec, RunSpec, StartSpec
from mnist_compare.runner.request import DEFAULTS, PASSES_ALONE

Training = tuple[Architecture, Recipe]


class Axes(msgspec.Struct, frozen=True):
    """Along which the runs of a comparison differ: there is one for each combination that tells something.

    `modes` and `tunings` are those that were asked for, `attribute` is what a gap is to be attributed to: the defaults
    or the passes, each alone, or "" for nothing. `starts` says what each network starts from, by its name, where that
    are not initial weights. `processes` are numbers of those that train a network together.
    """

    backends: list[str]
    interpreters: Mapping[str, Interpreter]
    trainings: list[Training]
    modes: tuple[Mode, ...]
    tunings: tuple[str, ...]
    seeds: tuple[int, ...]
    execution: Execution
    train_metrics: TrainMetrics
    attribute: str = ""
    starts: Mapping[str, StartSpec] = {}
    processes: tuple[int, ...] = (1,)

    @property
    def run_count(self) -> int:
        """How many runs there are."""
        return len(self._ways()) * len(self.seeds)

    @property
    def first(self) -> str:
        """The backend of the first run."""
        return self._ways()[0][-1]

    @property
    def label(self) -> str:
        """The first part of the comparison's name."""
        names = list(dict.fromkeys(network.name for network, _ in self.trainings))
        settings = len(self.trainings) - len(names)
        label = names[0] if len(names) == 1 else f"{len(names)}-architectures"
        return f"{label}-{len(self.trainings)}-settings" if settings else label

    @property
    def settings(self) -> dict[tuple[str, Recipe], str]:
        """What tells the recipes of a network from each other, by its name and the recipe; "" where it has one."""
        networks = dict.fromkeys(network.name for network, _ in self.trainings)
        return {
            (name, recipe): words
            for name in networks
            for recipe, words in setting_words(own for network, own in self.trainings if network.name == name).items()
        }

    def modes_for(self, backend: str, training: Training) -> tuple[Mode, ...]:
        """The modes that tell something of a backend: defaults are named alone where all of them differ in it."""
        different = _different(backend, training)
        asked = [mode for mode in self.modes if set(named_defaults(mode)) <= set(different)]
        alone = [MATCHED, *map(single, different), NATIVE] if self.attribute == DEFAULTS and different else []
        return tuple(dict.fromkeys([*alone, *asked]))

    def tunings_for(self, backend: str) -> tuple[str, ...]:
        """The tunings that make a difference in a backend: where it has no passes, the first is like the others."""
        own = {name for member in relay_members(backend) for name in find_backend(member).passes}
        if not own:
            return self.tunings[:1]
        alone = [PLAIN, *(name for name in PASSES if name in own), TUNED] if self.attribute == PASSES_ALONE else []
        return tuple(dict.fromkeys([*alone, *self.tunings]))

    def check(self) -> "Axes":
        """The axes themselves; raises UsageError for what leads to no run."""
        if self.attribute == DEFAULTS and not any(_different(*way) for way in product(self.backends, self.trainings)):
            raise UsageError(f"attribute {DEFAULTS}: {_has_none(self.backends, 'defaults')} Name a framework.")
        if self.attribute == PASSES_ALONE and not any(len(self.tunings_for(name)) > 1 for name in self.backends):
            raise UsageError(f"attribute {PASSES_ALONE}: {_has_none(self.backends, 'passes')} Name a framework.")
        for mode in self.modes:
            self._check_mode(mode)
        return self

    def specs(self, data_of: Callable[[Recipe], DataSpec], device: str, threads: int) -> list[RunSpec]:
        """The runs in the order in which they are done: those of one seed after those of another; `data_of` says what
        images a recipe is trained on.

        The first seed's are as they were asked for, those of every other in an order that is drawn from the seed. So a
        slow minute of the machine hits now this backend, now that one, and no network alone.
        """
        first, *others = (
            [self._spec(way, seed, data_of(way[1]), device, threads) for way in self._ways()] for seed in self.seeds
        )
        drawn = (
            [block[i] for i in permutation(seed, "order of runs", size=len(block))]
            for seed, block in zip(self.seeds[1:], others, strict=True)
        )
        return [*first, *chain.from_iterable(drawn)]

    def _check_mode(self, mode: Mode) -> None:
        names, known = named_defaults(mode), _declared(self.backends)
        for name in names:
            if name not in known:
                raise unknown("default", name, known or ("none",), "`list defaults` explains them.")
        ways = list(product(self.backends, self.trainings))
        if not any(set(names) <= set(_different(*way)) for way in ways):
            told = "; ".join(f"{name} {known[name]}" for name in names)
            raise UsageError(
                f"Mode {mode!r} is the same training as another mode in every backend and network that is asked for: "
                f"what it names differs {told}. `list defaults` tells in which backends."
            )

    def _ways(self) -> list[tuple[Architecture, Recipe, Mode, str, int, str]]:
        """All that is done once per seed: network, recipe, mode, tuning, number of processes and backend."""
        tunings = self._union(self.tunings_for(name) for name in self.backends)
        return [
            (*training, mode, tuning, processes, name)
            for training in self.trainings
            for mode in self._union(self.modes_for(name, training) for name in self.backends)
            for tuning in tunings
            for processes in self.processes
            for name in self.backends
            if tuning in self.tunings_for(name) and mode in self.modes_for(name, training)
        ]

    def _union(self, lists: Iterable[tuple[str, ...]]) -> list[str]:
        """Each name once: as they were asked for; to attribute a gap, native and tuned after those that are alone."""
        found = dict.fromkeys(chain.from_iterable(lists))
        last = [name for name in found if self.attribute and name in (NATIVE, TUNED)]
        return [*(name for name in found if name not in last), *last]

    def _spec(
        self,
        way: tuple[Architecture, Recipe, Mode, str, int, str],
        seed: int,
        data: DataSpec,
        device: str,
        threads: int,
    ) -> RunSpec:
        architecture, recipe, mode, tuning, processes, name = way
        how = (self.execution, tuning, self.train_metrics)
        start = self.starts.get(architecture.name)
        return RunSpec(name, architecture, recipe, data, seed, mode, device, threads, *how, start, processes)


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


def _different(backend: str, training: Training) -> tuple[str, ...]:
    """The defaults of a backend that differ from matched mode in a training; a relay has none."""
    members = relay_members(backend)
    return concerned(find_backend(backend).defaults, *training) if len(members) == 1 else ()


def _declared(backends: Iterable[str]) -> dict[str, str]:
    """The defaults that any of the backends has declared, and where they differ."""
    members = [find_backend(member) for backend in backends for member in relay_members(backend)]
    found: dict[str, list[str]] = {}
    for default in (default for member in members for default in member.defaults):
        places = found.setdefault(default.name, [])
        if default.where not in places:
            places.append(default.where)
    return {name: ", or ".join(places) for name, places in found.items()}


def _has_none(backends: Iterable[str], what: str) -> str:
    return f"of {', '.join(backends)} no backend has {what} of its own to be trained alone."
