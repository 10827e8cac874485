"""How much of a gap each default accounts for: accuracies with one default alone, set against matched mode.

Of two backends the gap in native mode is the sum of four kinds of parts: what each default alone changes in the one,
less what it changes in the other; the gap in matched mode, which is the engine's; and what is left over, as defaults
that meet need not add up. All of it seed by seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from mnist_compare.backend import backends
from mnist_compare.defaults import ARITHMETIC, Default, concerned
from mnist_compare.document.words import MINUS
from mnist_compare.recipe.mode import MATCHED, NATIVE, named_defaults
from mnist_compare.report.attribution import with_mode
from mnist_compare.report.paired import PairedAccuracy, declared_margin, judged
from mnist_compare.report.statistics import BackendRuns, Group

WHOLE, ENGINE, LEFT = "all of it", "engine", "left over"
BySeed = Mapping[int, float]


@dataclass(frozen=True)
class Modes:
    """A network in matched mode, with each of some defaults alone (by its name), and in native mode, if it was."""

    network: str
    matched: Group
    alone: dict[str, Group]
    native: Group | None = None

    @cached_property
    def order(self) -> list[str]:
        """The defaults that were trained alone, in the order in which backends declare them; rounding comes last."""
        declared = [default.name for backend in backends().values() for default in backend.defaults]
        found = [name for name in dict.fromkeys([*declared, *self.alone]) if name in self.alone]
        return sorted(found, key=lambda name: name == ARITHMETIC)

    def different(self, backend: str) -> tuple[str, ...]:
        """The defaults that differ from matched mode in the backend; none where it is not installed."""
        spec = self.matched.spec
        return concerned(declared_defaults(backend), spec.architecture, spec.recipe)

    def same(self, backend: str) -> list[Default]:
        """Those that do not."""
        different = self.different(backend)
        return [default for default in declared_defaults(backend) if default.name not in different]


@dataclass(frozen=True)
class Effect:
    """What a default alone changes in the test accuracy of a backend, by its row's label: with it, less without."""

    network: str
    backend: str
    label: str
    default: str
    change: PairedAccuracy


@dataclass(frozen=True)
class Gap:
    """A gap in native mode (`a` minus `b`, by the labels of their rows), and the parts that add up to it.

    Parts are in their order: the defaults, the engine, what is left over. `untrained` are defaults that differ but were
    not trained alone, as "keras: epsilon": they are in what is left over.
    """

    network: str
    a: str
    b: str
    whole: PairedAccuracy
    parts: dict[str, PairedAccuracy]
    untrained: tuple[str, ...] = ()

    @property
    def seeds(self) -> int:
        """How many seeds all of it has been trained with."""
        return len(self.whole.differences)


def declared_defaults(backend: str) -> tuple[Default, ...]:
    """What a backend has declared; nothing where it is not installed."""
    found = backends().get(backend)
    return found.defaults if found else ()


def find_modes(groups: Sequence[Group]) -> list[Modes]:
    """The networks that were trained in matched mode and with a default alone."""
    by_setting = {group.setting: group for group in reversed(groups)}
    alone: dict[str, dict[str, Group]] = {}
    for group in groups:
        names = named_defaults(group.spec.mode)
        base = by_setting.get(with_mode(group, MATCHED))
        if len(names) == 1 and base is not None:
            alone.setdefault(base.label, {}).setdefault(names[0], group)
    return [
        Modes(group.label_without(MATCHED), group, alone[group.label], by_setting.get(with_mode(group, NATIVE)))
        for group in groups
        if group.spec.mode == MATCHED and group.label in alone
    ]


def effects(modes: Modes) -> list[Effect]:
    """The changes of every backend by every default that it was trained with alone, judged together."""
    matched = {row.label: row for row in modes.matched.finished}
    found = [
        (row, name, _changes(row, matched[row.label]))
        for name in modes.order
        for row in modes.alone[name].finished
        if row.label in matched
    ]
    found = [(row, name, change) for row, name, change in found if change]
    found.sort(key=lambda item: list(matched).index(item[0].label))
    pairs = judged([_values(modes, row.label, name, change) for row, name, change in found])
    return [
        Effect(modes.network, row.backend, row.label, name, pair)
        for (row, name, _), pair in zip(found, pairs, strict=True)
    ]


def gaps(modes: Modes) -> list[Gap]:
    """The gaps of all pairs of backends in native mode with their parts, judged together."""
    found = [gap for a, b in combinations(modes.matched.finished, 2) if (gap := _gap(modes, a, b))]
    every = [pair for gap in found for pair in (gap.whole, *gap.parts.values())]
    told = iter(judged(every))
    return [
        Gap(gap.network, gap.a, gap.b, next(told), {name: next(told) for name in gap.parts}, gap.untrained)
        for gap in found
    ]


def _gap(modes: Modes, a: BackendRuns, b: BackendRuns) -> Gap | None:
    """The gap of two backends on the seeds that all of its parts have; None where there is no such seed."""
    native = {row.label: row for row in modes.native.finished} if modes.native else {}
    if a.label not in native or b.label not in native:
        return None
    engine = _minus(a.accuracies, b.accuracies)
    whole = _minus(native[a.label].accuracies, native[b.label].accuracies)
    single = {side.label: dict(_single(modes, side)) for side in (a, b)}
    seeds = sorted(set(engine).intersection(whole, *(by for found in single.values() for by in found.values())))
    if not seeds:
        return None
    names = [name for name in modes.order if name in single[a.label] or name in single[b.label]]
    parts = {name: [_of(single[a.label], name, s) - _of(single[b.label], name, s) for s in seeds] for name in names}
    parts[ENGINE] = [engine[s] for s in seeds]
    parts[LEFT] = [whole[s] - sum(part[i] for part in parts.values()) for i, s in enumerate(seeds)]
    untrained = [
        f"{side.label}: {name}"
        for side in (a, b)
        for name in modes.different(side.backend)
        if name not in single[side.label]
    ]

    def values(name: str, differences: Sequence[float]) -> PairedAccuracy:
        return _values(modes, f"{a.label} {MINUS} {b.label}", name, differences)

    told = {name: values(name, part) for name, part in parts.items()}
    return Gap(modes.network, a.label, b.label, values(WHOLE, [whole[s] for s in seeds]), told, tuple(untrained))


def _single(modes: Modes, side: BackendRuns) -> Iterator[tuple[str, BySeed]]:
    """What each default alone changes in a backend, by its name and by seed."""
    for name in modes.order:
        for row in modes.alone[name].finished:
            if row.label == side.label and (change := _minus(row.accuracies, side.accuracies)):
                yield name, change


def _of(single: Mapping[str, BySeed], name: str, seed: int) -> float:
    """A default that does not differ in a backend changes nothing in it."""
    return single[name][seed] if name in single else 0.0


def _changes(row: BackendRuns, matched: BackendRuns) -> list[float]:
    return list(_minus(row.accuracies, matched.accuracies).values())


def _minus(ours: BySeed, theirs: BySeed) -> dict[int, float]:
    return {seed: ours[seed] - theirs[seed] for seed in ours if seed in theirs}


def _values(modes: Modes, of: str, name: str, differences: Sequence[float]) -> PairedAccuracy:
    matched = modes.matched
    return PairedAccuracy(
        modes.network, of, name, tuple(differences), matched.resolution, margin=declared_margin(matched)
    )
