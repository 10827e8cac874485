"""A study as one function, and what it gives."""

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
from mnist_compare.search.studies.space import make_space, read_space, require_optuna


class Study(msgspec.Struct, frozen=True):
    """What a study has given: its `trials`, judged on held-out training images; the `best` setting, by the name of the
    network, or of the backend where each has a study; and `chosen`, in which that setting is trained on all training
    images and judged on the test images. That is None where it was not wanted, no trial is done, or some are `left`,
    under way in other commands.

    >>> space = {"backends": ["numpy"], "architectures": ["mlp"], "epochs": 1, "train_size": 200, "test_size": 100}
    >>> rates = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
    >>> found = tune(space | {"trials": 3, "space": rates}, output="small-study", chosen=False, report=False)
    >>> found.trials.to_frame()["status"].tolist(), list(found.best)
    (['done', 'done', 'done'], ['mlp'])
    """

    trials: Comparison
    best: dict[str, JudgedSetting]
    chosen: Comparison | None = None
    left: int = 0

    def __repr__(self) -> str:
        count = len({number for record in self.trials.records for number in record.trials})
        told = "; ".join(f"best of {name}: {one.words}" for name, one in self.best.items())
        return f"<Study {self.trials.folder}: {count} trial{'s' * (count != 1)}; {told or 'nothing to choose'}>"


def tune(
    space: str | Path | Mapping[str, object],
    *,
    architectures: str | Path | Architecture | Iterable[str | Path | Architecture] | None = None,
    recipe: str | Path | Recipe | None = None,
    dataset: str | Path | Dataset | None = None,
    output: str | Path | None = None,
    name: str | None = None,
    storage: str | None = None,
    chosen: bool = True,
    jobs: int | None = None,
    timeout: float | None = None,
    progress: bool | None = None,
    report: bool = True,
    engine: str | None = None,
    address: str | None = None,
    exclusive: bool = False,
    retries: int | None = None,
    observer: Observer | None = None,
) -> Study:
    """Search a space for the best setting of a network, by held-out images, and test that. Needs the extra `tune`.

    Options:
        space: the path of a TOML file, or a dict with the same in it: "space" has parts of a recipe with their values
            or ranges, all else the names of the options of `compare`. docs/tune.md shows all of it.
        architectures, recipe, dataset: in place of the space's, for values that no file can hold.
        output: the folder of the study. Trials that it holds already are kept, so the same call goes on; several
            calls at once, each in a program of its own, share the work.
        name: what that folder is called below reports/. Default: the name in the space, or made from what is asked.
        storage: the path of a journal or the address of a database, such as postgresql://me@host/studies. Default: a
            journal in the folder.
        chosen: train the best setting on all training images, and judge it on the test images, in the folder `chosen`
            of that folder.
        jobs, timeout, progress, report, engine, address, exclusive, retries, observer: as in `compare`.

    Raises the errors of `mnist_compare.errors` for what cannot be meant, before anything is trained.

    >>> space = {"backends": ["numpy"], "architectures": ["mlp"], "epochs": 1, "train_size": 200, "test_size": 100}
    >>> rates = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
    >>> tune(space | {"trials": 3, "space": rates}, output="small-study").chosen
    <Comparison small-study/chosen: 1 run done; numpy; mlp>
    """
    options = check_options(tune, dict(locals()), {})
    require_optuna()
    from mnist_compare.search.studies.planning import plan_study
    from mnist_compare.search.studies.running import Means, run_study

    read = make_space(space) if isinstance(space, Mapping) else read_space(space)
    text = None if isinstance(space, Mapping) else search_text(space)
    given = {option: options[option] for option in ("recipe", "dataset", "jobs") if options[option] is not None}
    if options["architectures"] is not None:
        given["architectures"] = each(options["architectures"])
    with open_engine(engine, address=address, exclusive=exclusive) as placing:
        plan = plan_study(read, placing, output, name, storage=storage, given=given, text=text)
        with observing(observer, progress) as told:
            means = Means(placing, told, timeout, retries)
            studied = run_study(plan, means, Reporting if report else NoReport, chosen=chosen)
    if report and studied.records:
        renew_report(studied.folder)
    found = Comparison(studied.chosen_folder, studied.chosen) if studied.chosen else None
    return Study(Comparison(studied.folder, studied.records), studied.best, found, studied.left)
