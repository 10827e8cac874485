"""A sweep as one function, and what it gives."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.data import Dataset
from mnist_compare.io.options import check_options
from mnist_compare.library import Comparison, observing
from mnist_compare.recipe import Recipe
from mnist_compare.report.reporting import Reporting, renew_report
from mnist_compare.runner.asked import each
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.reporter import NoReport
from mnist_compare.search.choice import JudgedSetting
from mnist_compare.search.common import search_text
from mnist_compare.search.grid import make_grid, read_grid
from mnist_compare.search.sweep import MAX_RUNS, plan_sweep, run_sweep


class Sweep(msgspec.Struct, frozen=True):
    """What a sweep has given: its `trials`, judged on held-out training images; of each network, by its name, the
    `best` setting, which has a recipe and the accuracy of its trials; and `chosen`, in which those settings are trained
    on all training images and judged on the test images. That is None where it was not wanted, or no trial is done.

    >>> grid = {"backends": ["numpy"], "architectures": ["mlp"], "epochs": 1, "train_size": 200, "test_size": 100}
    >>> found = sweep(grid | {"grid": {"learning_rate": [0.1, 0.001]}}, output="small-sweep")
    >>> found
    <Sweep small-sweep: 2 runs done; best of mlp: learning_rate 0.1>
    """

    trials: Comparison
    best: dict[str, JudgedSetting]
    chosen: Comparison | None = None

    def __repr__(self) -> str:
        done = sum(record.status == "done" for record in self.trials.records)
        told = "; ".join(f"best of {name}: {one.words}" for name, one in self.best.items())
        return f"<Sweep {self.trials.folder}: {done} run{'s' * (done != 1)} done; {told or 'nothing to choose'}>"


def sweep(
    grid: str | Path | Mapping[str, object],
    *,
    architectures: str | Path | Architecture | Iterable[str | Path | Architecture] | None = None,
    recipe: str | Path | Recipe | None = None,
    dataset: str | Path | Dataset | None = None,
    output: str | Path | None = None,
    name: str | None = None,
    max_runs: int = MAX_RUNS,
    chosen: bool = True,
    jobs: int | None = None,
    force: bool = False,
    timeout: float | None = None,
    progress: bool | None = None,
    report: bool = True,
    engine: str | None = None,
    address: str | None = None,
    exclusive: bool = False,
    retries: int | None = None,
    observer: Observer | None = None,
) -> Sweep:
    """Train every setting of a grid, choose the best of each network by held-out images, and test that.

    Options:
        grid: the path of a TOML file, or a dict with the same in it: "grid" has parts of a recipe with their values,
            all else the names of the options of `compare`. docs/sweeps.md shows all of it.
        architectures, recipe, dataset: in place of the grid's, for values that no file can hold.
        output: the folder of the results. Runs that it holds already are kept, so the same call goes on.
        name: what that folder is called below reports/. Default: the name in the grid, or made from what is asked.
        max_runs: of more trials than this none is begun.
        chosen: train the best setting of each network on all training images, and judge it on the test images, in the
            folder `chosen` of that folder.
        jobs, force, timeout, progress, report, engine, address, exclusive, retries, observer: as in `compare`.

    Raises the errors of `mnist_compare.errors` for what cannot be meant, before anything is trained.

    >>> grid = {"backends": ["numpy"], "architectures": ["mlp"], "epochs": 1, "train_size": 200, "test_size": 100}
    >>> found = sweep(grid | {"grid": {"learning_rate": [0.1, 0.001]}}, output="small-sweep")
    >>> found.best["mlp"].values, found.chosen
    ({'learning_rate': 0.1}, <Comparison small-sweep/chosen: 1 run done; numpy; mlp>)
    """
    options = check_options(sweep, dict(locals()), {})
    read = make_grid(grid) if isinstance(grid, Mapping) else read_grid(grid)
    text = None if isinstance(grid, Mapping) else search_text(grid)
    given = {option: options[option] for option in ("recipe", "dataset", "jobs") if options[option] is not None}
    if options["architectures"] is not None:
        given["architectures"] = each(options["architectures"])
    with open_engine(engine, address=address, exclusive=exclusive) as placing:
        plan = plan_sweep(read, placing, output, name, max_runs=max_runs, given=given, text=text)
        with observing(observer, progress) as told:
            swept = run_sweep(
                plan,
                placing,
                Reporting if report else NoReport,
                told,
                force=force,
                timeout=timeout,
                chosen=chosen,
                retries=retries,
            )
    if report and swept.chosen:
        renew_report(swept.folder)  # which links what was chosen
    found = Comparison(swept.chosen_folder, swept.chosen) if swept.chosen else None
    return Sweep(Comparison(swept.folder, swept.records), swept.best, found)
