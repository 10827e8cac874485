"""How many runs a sweep has, and how long they take: by finished runs of its folder, or by a few measured steps."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec.structs import replace

from mnist_compare.document.words import listing, plural
from mnist_compare.recipe.schedules import Constant
from mnist_compare.records.record import Record, Status
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.comparison import run_comparison
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.plan import Plan, make_plan
from mnist_compare.runner.reporter import NoReport
from mnist_compare.runner.request import Request
from mnist_compare.search.pace import Pace, pace_of, run_seconds

STEPS = 12
"""Of a measured run: the first is apart, and a few are needed for a mean."""
TESTED = 200
LONGEST = 300.0
"""Seconds after which a measured run is killed."""
HOUR = 3600.0

Way = tuple[str, str]
"""A backend, and the name of a network."""


class Estimate(msgspec.Struct, frozen=True):
    """What is left of a sweep: its `runs`, of which some are `done`, the runs of `chosen` settings that follow, and the
    `seconds` of all that is left. Of the `unknown` backends nothing could be measured.
    """

    runs: int
    done: int
    chosen: int
    seconds: float
    unknown: tuple[str, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether it takes more than an hour."""
        return self.seconds > HOUR

    def __str__(self) -> str:
        done = f", {self.done:,} of them done" if self.done else ""
        chosen = f", and then {plural(self.chosen, 'run')} of what is chosen" if self.chosen else ""
        besides = f", besides {listing(list(self.unknown))}, which could not be measured" if self.unknown else ""
        left = f"{duration(self.seconds)} left" if self.chosen or self.done < self.runs else "nothing is left"
        return f"{plural(self.runs, 'run')}{done}{chosen}: {left}{besides}."


def duration(seconds: float) -> str:
    """About how long that is: "about 40 seconds", "about 3 minutes", "about 2.5 hours"."""
    if seconds < 90:
        return f"about {plural(max(1, round(seconds)), 'second')}"
    if seconds < 90 * 60:
        return f"about {plural(round(seconds / 60), 'minute')}"
    return f"about {seconds / HOUR:.2g} hours" if seconds < 48 * HOUR else f"about {seconds / HOUR / 24:.2g} days"


def make_estimate(
    plan: Plan,
    request: Request,
    engine: Engine,
    records: Iterable[Record] = (),
    tested: Sequence[Record] | None = (),
) -> Estimate:
    """What is left of the plan, where the folder has these records, and those `tested` of what is chosen; None where
    the best settings are not to be trained.

    What no record tells is measured: by a run of a few steps for each backend and network, with its smallest and its
    largest batch.
    """
    keys = {run.key for run in plan.runs}
    done = [record for record in records if record.key in keys and record.status is Status.DONE]
    finished = {record.key for record in done}
    left = [run.spec for run in plan.runs if run.key not in finished]
    paces: dict[Way, list[Pace]] = {}
    for record in done:
        _note(paces, record)
    for specs in _unmeasured(left, paces):
        for record in _measured(specs, plan, request, engine):
            _note(paces, record)
    ways = _by_way(run.spec for run in plan.runs)
    seconds = sum(
        run_seconds(spec, paces[way]) for way, specs in _by_way(left).items() if way in paces for spec in specs
    )
    every = sum(len({spec.seed for spec in specs}) for specs in ways.values())
    count = 0 if tested is None else max(0, every - sum(record.status is Status.DONE for record in tested))
    whole = sum(_chosen_seconds(specs, paces[way]) for way, specs in ways.items() if way in paces)
    seconds += whole * count / every
    unknown = tuple(dict.fromkeys(backend for backend, network in ways if (backend, network) not in paces))
    return Estimate(len(plan.runs), len(done), count, seconds / plan.jobs, unknown)


def _note(paces: dict[Way, list[Pace]], record: Record) -> None:
    if pace := pace_of(record):
        paces.setdefault((record.backend, record.architecture), []).append(pace)


def _by_way(specs: Iterable[RunSpec]) -> dict[Way, list[RunSpec]]:
    found: dict[Way, list[RunSpec]] = {}
    for spec in specs:
        found.setdefault((spec.backend, spec.architecture.name), []).append(spec)
    return found


def _chosen_seconds(specs: Sequence[RunSpec], paces: Sequence[Pace]) -> float:
    """How long a setting takes with every seed, on all of the training images, as a mean over all settings."""
    data = specs[0].data
    mean = sum(run_seconds(spec, paces) for spec in specs) / len(specs)
    return mean * len({spec.seed for spec in specs}) * (data.train_size + data.test_size) / data.train_size


def _unmeasured(left: Sequence[RunSpec], paces: Mapping[Way, Sequence[Pace]]) -> list[list[RunSpec]]:
    """What is to be measured: of a network with a batch size, a run in each backend that has no pace for it."""
    found: dict[tuple[str, int], list[RunSpec]] = {}
    for (backend, network), specs in _by_way(left).items():
        by_size = {spec.recipe.batch_size: spec for spec in reversed(specs)}
        known = {pace.batch_size for pace in paces.get((backend, network), ())}
        for size in sorted({min(by_size), max(by_size)} - known):
            found.setdefault((network, size), []).append(by_size[size])
    return list(found.values())


def _measured(specs: Sequence[RunSpec], plan: Plan, request: Request, engine: Engine) -> list[Record]:
    """The records of short runs, of one network and batch size in each of these backends; their folder goes again."""
    spec, images = specs[0], plan.dataset
    recipe = spec.recipe.changed(epochs=1, patience=0, schedule=Constant(), validation_split=0.0)
    short = replace(
        request,
        backends=tuple(each.backend for each in specs),
        architectures=(spec.architecture,),
        seeds=(spec.seed,),
        dataset=images,
        train_size=min(STEPS * recipe.batch_size, len(images.train_labels)),
        test_size=min(TESTED, len(images.test_labels)),
        threads=spec.threads,
        **WHOLE,
    )
    with TemporaryDirectory() as place:
        measuring = make_plan(short, place=engine, recipes=lambda request, architecture: [recipe])
        return run_comparison(measuring, Path(place) / "steps", engine, NoReport, timeout=LONGEST, retime=False)


WHOLE = {
    "test_share": None,
    "resize": None,
    "gray": False,
    "rgb": False,
    "pad": None,
    "invert": False,
    "validation": None,
    "jobs": 1,
    "latency": False,
}
"""Options of a measured run: its images are those of the trials, as these have changed them already."""
