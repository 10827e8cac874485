"""From a space to a study whose every trial can be trained, with everything checked before anything starts."""

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.errors import OutputError, UsageError
from mnist_compare.io.folder_lock import ELSEWHERE, LOCK_FILE, refuse_file
from mnist_compare.recipe import Recipe
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.networks import find_architectures
from mnist_compare.runner.output_folder import output_folder
from mnist_compare.runner.plan import Plan, make_plan, requested_images
from mnist_compare.runner.planned_run import digest
from mnist_compare.runner.request import Request
from mnist_compare.runner.requested_images import RequestedImages
from mnist_compare.search.axes import Axes, flat
from mnist_compare.search.common import to_toml
from mnist_compare.search.conditions import Values
from mnist_compare.search.recipes import SettingRecipes
from mnist_compare.search.studies.identity import STUDY_FILE, Facts, check_folder_of, check_study, plain_facts
from mnist_compare.search.studies.space import BACKEND, NONE, Space, space_axes, trial_count
from mnist_compare.search.studies.storage import JOURNAL_FILE, open_storage

MOST_CHECKED = 256
"""Settings at the edges of a space that are checked before it is searched."""
FREE = ("name", "trials", "backends", "jobs", "margin", "latency", "python", "space")
"""What may differ between two commands that work on one study, or is looked at by other means."""
DIGITS = 12


class Part(msgspec.Struct, frozen=True):
    """A study of its own: of all backends, or of one, whose name it has then; `request` is what its trials share."""

    label: str
    request: Request


class StudyPlan(msgspec.Struct, frozen=True):
    """A study, or one for each backend: its space, the number of its trials, and its folder; `facts` tell it from other
    studies, `images` are those of its trials, `text` is what is kept of the space, and `storage` an address where one
    is given.
    """

    space: Space
    axes: Axes
    trials: int
    epochs: int
    parts: tuple[Part, ...]
    folder: Path
    facts: Facts
    images: RequestedImages
    text: str
    storage: str | None = None

    @property
    def network(self) -> Architecture:
        """That of the study."""
        (network,) = self.parts[0].request.architectures
        assert isinstance(network, Architecture)
        return network

    @property
    def runs(self) -> int:
        """The most runs that there can be, without those of what is chosen."""
        return self.trials * sum(len(part.request.backends) for part in self.parts) * len(self.parts[0].request.seeds)

    def study_name(self, part: Part) -> str:
        """What the study of a part is called in the storage."""
        name = self.folder.resolve().name
        return f"{name}-{part.label}" if part.label else name

    def trial(self, part: Part, number: int, values: Values, engine: Engine | None = None) -> Plan:
        """The runs of a trial of that setting."""
        recipes = SettingRecipes({self.network.name: [values]})
        plan = make_plan(part.request, recipes=recipes, images=self.images, place=engine)
        return replace(plan, runs=tuple(replace(run, setting=f"trial {number}") for run in plan.runs))


def plan_study(
    space: Space,
    engine: Engine | None = None,
    output: str | Path | None = None,
    name: str | None = None,
    *,
    storage: str | None = None,
    given: Mapping[str, Any] | None = None,
    text: str | None = None,
) -> StudyPlan:
    """Check a space, its folder and its storage; raises as make_plan does.

    `given` are options that stand in the place of the space's, `text` is the file that it stands in.
    """
    axes = space_axes(space)
    trials = trial_count(space, axes)
    request = replace(space.request(), **(given or {}))
    networks = find_architectures(request.architectures)
    if len(networks) > 1:
        told = ", ".join(network.name for network in networks)
        raise UsageError(f"A study is of one network, and these are {len(networks)} ({told}). Make a study of each.")
    name = name or (None if output else space.name or None)
    request = replace(request, architectures=tuple(networks))
    edges = SettingRecipes({networks[0].name: _edges(axes)})
    images = requested_images(request, space.hold_out)
    plan = make_plan(request, engine, output, name, recipes=edges, images=images)
    epochs = max(run.spec.recipe.epochs for run in plan.runs)
    if space.pruner != NONE and epochs < 2:
        raise UsageError(
            f"pruner {space.pruner} compares trials after their first epochs, and these have {epochs}. Give epochs = 2 "
            "or more, or pruner = 'none'."
        )
    facts = _facts(space, plan, request)
    folder = output_folder(f"{networks[0].name}-study-{digest(facts)[:8]}", output, name)
    backends = tuple(dict.fromkeys(run.spec.backend for run in plan.runs))
    found = StudyPlan(
        space=space,
        axes=axes,
        trials=trials,
        epochs=epochs,
        parts=_parts(space, replace(request, backends=backends)),
        folder=folder,
        facts=facts,
        images=images,
        text=to_toml(space) if text is None else text,
        storage=storage,
    )
    _check_place(found)
    return found


def _parts(space: Space, request: Request) -> tuple[Part, ...]:
    if space.per != BACKEND:
        return (Part("", request),)
    return tuple(Part(name, replace(request, backends=(name,))) for name in request.backends)


def _edges(axes: Axes) -> list[Values]:
    """The settings at the edges: every combination of them, or of very many each part by itself."""
    ends = axes.lists | {name: (one.low, one.high) for name, one in axes.ranges.items()}
    if prod(map(len, ends.values())) <= MOST_CHECKED:
        return [dict(zip(ends, chosen, strict=True)) for chosen in product(*ends.values())]
    first = {name: own[0] for name, own in ends.items()}
    return [first | {name: value} for name, own in ends.items() for value in own]


def _facts(space: Space, plan: Plan, request: Request) -> Facts:
    """All that must be the same in every command on the study."""
    spec = plan.runs[0].spec
    told: Facts = {name: getattr(space, name) for name in space.__struct_fields__ if name not in FREE}
    told |= {f"space.{name}": value for name, value in flat(space.space)}
    told["backends"] = list(dict.fromkeys(run.spec.backend for run in plan.runs))
    told["images"] = spec.data.fingerprint[:DIGITS]
    told["network"] = f"{spec.architecture.name} {digest(spec.architecture)[:DIGITS]}"
    if isinstance(request.recipe, Recipe):
        told["recipe"] = digest(request.recipe)[:DIGITS]
    del told["architectures"], told["dataset"]
    return plain_facts(told)


def _check_place(plan: StudyPlan) -> None:
    """Raise OutputError or UsageError where the folder or the storage has something else; no folder is made."""
    folder = plan.folder
    refuse_file(folder)
    try:
        there = _visible(folder.iterdir()) if folder.exists() else set()
    except OSError as error:
        raise OutputError(f"Cannot read {folder}: {error.strerror}. {ELSEWHERE}") from None
    if there and STUDY_FILE not in there:
        raise OutputError(f"{folder} is not empty and holds no study. Give a new or empty folder.")
    check_folder_of(folder, plan.storage)
    if plan.storage is None and not (folder / JOURNAL_FILE).exists():
        return
    storage = open_storage(plan.storage, folder)
    for part in plan.parts:
        check_study(storage, plan.study_name(part), plan.facts, folder, plan.storage)


def _visible(paths: Iterable[Path]) -> set[str]:
    return {path.name for path in paths if path.name != LOCK_FILE and not path.name.endswith((".tmp", ".lock"))}
