"""From what a user asks for to the runs of a comparison, with everything checked before anything starts."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mnist_compare.architecture import Architecture
from mnist_compare.backend import find_backend, relay_members
from mnist_compare.data import Dataset, with_test_share
from mnist_compare.data.look import DataWarning
from mnist_compare.experiment.train_metrics import check_train_metrics
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.mode import check_execution, find_modes
from mnist_compare.records.record import MARGIN
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.axes import Axes, tunings_of
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.networks import find_architectures, recipes_of
from mnist_compare.runner.output_folder import may_be_finished
from mnist_compare.runner.parallel import check_processes, processes_in, sharing_notes
from mnist_compare.runner.place import Place
from mnist_compare.runner.planned_run import PlannedRun, digest, plan_run, without_source
from mnist_compare.runner.request import Request, check_numbers, relay_name
from mnist_compare.runner.requested_images import RequestedImages
from mnist_compare.runner.starting import find_start, start_warning

Recipes = Callable[[Request, Architecture], Sequence[Recipe]]


class Plan(msgspec.Struct, frozen=True):
    """The runs in their order, `jobs` of them at a time, the images of each by what its spec says of them, the margin
    that their records declare, whether the latency of the trained networks is measured, and whether the checkpoints of
    all epochs are kept.

    `identity` is the same wherever the comparison runs, `without_seeds` is so for other seeds too.
    """

    runs: tuple[PlannedRun, ...]
    datasets: dict[DataSpec, Dataset]
    identity: str
    without_seeds: str
    name: str
    jobs: int = 1
    margin: float = MARGIN
    latency: bool = True
    keep_epochs: bool = False

    @property
    def dataset(self) -> Dataset:
        """The images of the first run. Those of the others have the same test images."""
        return self.datasets[self.runs[0].spec.data]

    @property
    def warnings(self) -> tuple[DataWarning, ...]:
        """What may be wrong with the images, or with what the recipes make of them."""
        mirrored = [run.spec.recipe.name for run in self.runs if run.spec.recipe.mirrors]
        digits = all(name.isdigit() for name in self.dataset.classes)
        found = [start_warning(self.runs[0].spec), _mirroring(mirrored[0]) if mirrored and digits else None]
        return (*self.runs[0].spec.data.warnings, *(warning for warning in found if warning))

    @property
    def sharing(self) -> tuple[str, ...]:
        """What is done with batches that several processes cannot share evenly."""
        return sharing_notes(run.spec for run in self.runs)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the images when they were read."""
        return self.runs[0].spec.data.notes


def _mirroring(recipe: str) -> DataWarning:
    return DataWarning(
        title="Mirrored digits",
        cause=f"The augmentation of recipe {recipe!r} mirrors images.",
        effect="A mirrored digit is none, or another one, and the network is trained to read it as before.",
        action="Leave flip out, unless the classes are not digits.",
    )


def make_plan(
    request: Request,
    engine: Engine | None = None,
    output: str | Path | None = None,
    name: str | None = None,
    *,
    recipes: Recipes = recipes_of,
    held_out: float = 0,
    images: RequestedImages | None = None,
    place: Place | None = None,
) -> Plan:
    """Check the request and lay out its runs; raises UsageError, BackendError, ArchitectureError or DataError.

    The `engine` is told to prepare the first run, as soon as its backend is known to be there; but not where the folder
    (`output` and `name` as for output_folder) may hold finished runs, which need no framework. `place` says which
    interpreters and cores there are, by default the engine, or this machine without one. `recipes` says by which
    recipes a network is trained; with `held_out`, runs are judged on so many training images, or that share of them.
    `images` are those of the request, where they were read for another plan.
    """
    images = images or requested_images(request, held_out)
    place = place or engine or Place()
    axes = _find_axes(request, images, recipes, place)
    jobs = min(request.jobs, axes.run_count)
    threads = place.threads(request.threads, jobs, request.device)
    check_processes(axes, jobs, threads)
    if engine and not may_be_finished(axes.label, output, name):
        first = relay_members(axes.first)[0]
        engine.prepare(first, axes.interpreters[first].path, threads // axes.processes[0])
    specs = axes.specs(images.of, request.device, threads)
    asked = [replace(without_source(spec), threads=request.threads or 0) for spec in specs]
    identity = digest(asked)
    without_seeds = digest([replace(spec, seed=0) for spec in asked if spec.seed == asked[0].seed])
    settings = axes.settings
    runs = tuple(plan_run(spec, axes.interpreters, settings[spec.architecture.name, spec.recipe]) for spec in specs)
    name = f"{axes.label}-{identity[:8]}"
    return Plan(
        runs,
        images.datasets,
        identity,
        without_seeds,
        name,
        jobs,
        request.margin,
        request.latency,
        request.keep_epochs,
    )


def requested_images(request: Request, held_out: float = 0) -> RequestedImages:
    """The images of a request, which are read once they are needed."""
    return RequestedImages(
        with_test_share(request.dataset, request.test_share),
        train_size=request.train_size,
        test_size=request.test_size,
        validation=request.validation,
        seed=request.subset_seed,
        changes=request.changes,
        held_out=held_out,
    )


def _find_axes(request: Request, images: RequestedImages, recipes: Recipes, place: Place) -> Axes:
    """What the names of a request mean; raises as make_plan does."""
    relay = relay_name(request)
    named = dict.fromkeys(find_backend(name).name for name in request.backends)
    backends = [*(named or ([] if relay else place.backends(request.python))), *relay]
    members = [member for name in backends for member in relay_members(name)]
    interpreters = place.interpreters(members, request.python)
    architectures = find_architectures(request.architectures)
    check_numbers(request)
    starts = request.start is not None
    architectures = [images.fit(architecture, starts=starts) for architecture in architectures]
    axes = Axes(
        backends,
        interpreters,
        [(architecture, recipe) for architecture in architectures for recipe in recipes(request, architecture)],
        find_modes(request.modes),
        tunings_of(request.tunings, members),
        request.seeds,
        check_execution(request.execution),
        check_train_metrics(request.train_metrics),
        request.attribute or "",
        {network.name: find_start(request.start, network) for network in architectures} if request.start else {},
        processes_in(request.processes),
    )
    return axes.check()
