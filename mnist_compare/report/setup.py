"""The table of what was trained, and how."""

from collections.abc import Sequence
from pathlib import PurePath

from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING
from mnist_compare.records.spec import DataSpec, StartSpec
from mnist_compare.report.statistics import Group

MAX_SEEDS = 20


def setup_table(groups: Sequence[Group]) -> Table:
    """What was trained, and how."""
    columns = ["network", "parameters", "recipe", "epochs", "images", "mode", "tuning", "precision", "device"]
    columns += ["threads", "passes", "seeds"]
    rows = [
        (
            group.label,
            f"{group.spec.architecture.parameter_count:,}",
            group.spec.recipe.describe(length=False) + _start(group.spec.start),
            str(group.spec.recipe.epochs),
            _sizes(group.spec.data),
            group.spec.mode,
            group.spec.tuning,
            group.setting.precision,
            group.setting.device,
            _threads(group),
            _passes(group),
            _seeds(sorted({run.seed for run in group.runs})),
        )
        for group in groups
        if group.finished or any(run.history for run in group.runs)
    ]
    return Table("What was run", tuple(columns), tuple(rows))


def _start(start: StartSpec | None) -> str:
    return f", from the weights of {PurePath(start.source).name}" if start else ""


def _sizes(data: DataSpec) -> str:
    validation = f"{data.validation_size:,} validation, " if data.validation_size else ""
    return f"{data.train_size:,} training, {validation}{data.test_size:,} test"


def _threads(group: Group) -> str:
    """The threads that backends are given, and of each that gains from fewer how many it used: "2 (paddle: 1)"."""
    fewer = {
        f"{row.label}: {run.used_threads}"
        for row in group.rows
        for run in row.runs
        if run.used_threads != group.spec.threads
    }
    return f"{group.spec.threads} ({', '.join(sorted(fewer))})" if fewer else str(group.spec.threads)


def _passes(group: Group) -> str:
    """The passes that the network of each backend was tuned with."""
    return "; ".join(f"{row.label}: {', '.join(row.passes)}" for row in group.rows if row.passes) or NOTHING


def _seeds(seeds: list[int]) -> str:
    if len(seeds) > MAX_SEEDS:
        return f"{len(seeds):,} from {seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
