"""A sweep: its trials, each judged on held-out images, then the best setting of each network, trained on all training
images and tested once.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from mnist_compare.data import Dataset
from mnist_compare.errors import UsageError
from mnist_compare.io.files import write_file
from mnist_compare.records.folder import CHOSEN_FOLDER
from mnist_compare.records.record import Record
from mnist_compare.runner.comparison import run_comparison
from mnist_compare.runner.comparison_lock import ComparisonLock, check_folder
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.networks import find_architectures
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.output_folder import output_folder
from mnist_compare.runner.plan import Plan, make_plan
from mnist_compare.runner.reporter import MakeReporter, Reporter
from mnist_compare.runner.request import Request
from mnist_compare.search.choice import JudgedSetting, judge
from mnist_compare.search.chosen import chosen_plan, set_aside_another
from mnist_compare.search.common import to_toml
from mnist_compare.search.grid import Grid
from mnist_compare.search.recipes import SettingRecipes
from mnist_compare.search.settings import find_settings

MAX_RUNS = 1000
SWEEP_FILE = "sweep.toml"


class SweepPlan(msgspec.Struct, frozen=True):
    """The trials of a sweep, and its folder; `request` is what they have in common, `text` what is kept of the grid."""

    plan: Plan
    folder: Path
    request: Request
    text: str


class Swept(msgspec.Struct, frozen=True):
    """What a sweep has given: the records of its trials, and by the name of each network its settings, the best first.

    `chosen` are the records of those settings, trained on all training images and judged on the test images; they are
    in the folder `chosen_folder`. There are none where that was not asked for, or no trial is done.
    """

    folder: Path
    records: list[Record]
    settings: dict[str, list[JudgedSetting]]
    chosen_folder: Path
    chosen: list[Record] = []

    @property
    def best(self) -> dict[str, JudgedSetting]:
        """The best setting of each network that has a trial which is done."""
        return {name: settings[0] for name, settings in self.settings.items() if settings[0].done}


def plan_sweep(
    grid: Grid,
    engine: Engine | None = None,
    output: str | Path | None = None,
    name: str | None = None,
    *,
    max_runs: int = MAX_RUNS,
    given: Mapping[str, Any] | None = None,
    text: str | None = None,
) -> SweepPlan:
    """Check a grid and lay out its trials; raises as make_plan does, and UsageError for more than `max_runs` trials.

    `given` are options that stand in the place of the grid's, `text` is the file that it stands in.
    """
    if max_runs < 1:
        raise UsageError(f"--max-runs must be at least 1 (it is {max_runs}).")
    request = replace(grid.request(), **(given or {}))
    networks = find_architectures(request.architectures)
    settings = find_settings(grid, [network.name for network in networks])
    _check_count(sum(map(len, settings.values())) * len(request.seeds), max_runs, "at least ")
    request = replace(request, architectures=tuple(networks))
    name = name or (None if output else grid.name or None)
    plan = make_plan(request, engine, output, name, recipes=SettingRecipes(settings), held_out=grid.hold_out)
    _check_count(len(plan.runs), max_runs)
    folder = output_folder(plan.name, output, name)
    check_folder(folder, plan)
    return SweepPlan(plan, folder, request, to_toml(grid) if text is None else text)


def run_sweep(
    sweep: SweepPlan,
    engine: Engine,
    make_reporter: MakeReporter,
    observer: Observer | None = None,
    *,
    force: bool = False,
    timeout: float | None = None,
    chosen: bool = True,
    retries: int | None = None,
) -> Swept:
    """Train the trials that the folder has no finished record of, and then, where it is wanted, what is chosen by them.

    Raises as run_comparison does.
    """

    def reporter(lock: ComparisonLock, dataset: Dataset) -> Reporter:
        write_file(lock.folder / SWEEP_FILE, sweep.text.encode())
        return make_reporter(lock, dataset)

    folder = sweep.folder
    given: dict[str, Any] = {"force": force, "timeout": timeout, "retries": retries}
    found = run_comparison(sweep.plan, folder, engine, reporter, observer, retime=False, **given)
    keys = {run.key for run in sweep.plan.runs}
    settings = judge(record for record in found if record.key in keys)
    place = folder / CHOSEN_FOLDER
    swept = Swept(folder, found, settings, place)
    if not chosen or not swept.best:
        return swept
    plan = chosen_plan(sweep.request, swept.best.values(), engine)
    set_aside_another(place, plan)
    records = run_comparison(plan, place, engine, make_reporter, observer, **given)
    return replace(swept, chosen=records)


def _check_count(count: int, most: int, least: str = "") -> None:
    if count > most:
        raise UsageError(
            f"The sweep has {least}{count:,} runs, more than --max-runs {most:,}: one for each setting, network, "
            "backend and seed. Give fewer values, draw some settings at random (sample = 20), or raise --max-runs."
        )
