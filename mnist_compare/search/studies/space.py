"""What a study is asked to do, as a value: in which parts settings vary, how they are proposed, and what is the same in
all trials.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec

from mnist_compare.errors import UsageError, unknown
from mnist_compare.io.bounds import Seed
from mnist_compare.io.decoding import explain
from mnist_compare.search.axes import Axes, find_axes, flat
from mnist_compare.search.common import Common, make_search, read_search
from mnist_compare.search.range import Range

TPE, CMAES, GRID, RANDOM = SAMPLERS = ("tpe", "cmaes", "grid", "random")
NONE, MEDIAN, HYPERBAND = PRUNERS = ("none", "median", "hyperband")
ALL, BACKEND = PER = ("all", "backend")
MOST_TRIALS = 10_000
FEWEST_RANGES = 2
"""Of CMA-ES, which learns how ranges go together."""


class Space(Common, frozen=True, forbid_unknown_fields=True):
    """A study of one network: what its trials have in common has the names of the options of `compare`.

    Options:
        trials: how many settings are tried, over all commands that work on the study. Default: of a grid all.
        sampler: proposes settings: "tpe", "cmaes", "grid" (every combination once) or "random".
        sampler_seed: what the proposals follow from, beside the results of earlier trials.
        pruner: ends trials early by their accuracy after each epoch: "none", "median" or "hyperband".
        per: "all" trains a setting in every backend, and judges it by the mean; "backend" makes a study of each.
        space: parts of a recipe, each with a list of values, or with a range such as { low = 0.001, high = 0.1 }.
    """

    what: ClassVar[str] = "a study"
    tables: ClassVar[tuple[str, ...]] = ("space",)

    trials: Annotated[int, msgspec.Meta(ge=1, le=MOST_TRIALS)] | None = None
    sampler: str = TPE
    sampler_seed: Seed = 0
    pruner: str = NONE
    per: str = ALL
    space: dict[str, Any] = msgspec.field(default_factory=dict)


def read_space(path: str | Path) -> Space:
    """The study that a TOML file describes; raises UsageError, for a file that says nothing too."""
    return read_search(path, Space)


def make_space(given: Mapping[str, Any]) -> Space:
    """The study that such a dict describes, as a file would; raises UsageError."""
    return make_search(given, Space)


def require_optuna() -> None:
    """Raise UsageError where Optuna, or what it needs for CMA-ES, is not installed."""
    missing = [name for name in ("optuna", "cmaes") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"tune searches with Optuna, and {missing[0]} is not installed. Run: "
            'python -m pip install "mnist-compare[tune]"'
        )


def space_axes(space: Space) -> Axes:
    """In what the settings of a study vary; raises UsageError for names, ranges and samplers that cannot be."""
    for name, value, valid in (
        ("sampler", space.sampler, SAMPLERS),
        ("pruner", space.pruner, PRUNERS),
        ("per", space.per, PER),
    ):
        if value not in valid:
            raise unknown(name, value, valid)
    given = dict(flat(space.space))
    ranges = {name: _range(name, value) for name, value in given.items() if _is_range(value)}
    axes = find_axes("space", {name: value for name, value in given.items() if name not in ranges}, ranges)
    for name, values in axes.lists.items():
        if len(set(choices(values))) < len(values):
            raise UsageError(f"space: {name} has a value twice. Give each once.")
    _check_sampler(space, axes)
    return axes


def choices(values: tuple[Any, ...]) -> list[str | int | float | bool | None]:
    """The values of a list as a study keeps them: what is more than a number or a name is the text of its JSON."""
    return [
        value if value is None or isinstance(value, str | int | float) else msgspec.json.encode(value).decode()
        for value in values
    ]


def trial_count(space: Space, axes: Axes) -> int:
    """How many trials the study has; raises UsageError where that is not said, or a grid has not so many."""
    if space.sampler != GRID:
        if space.trials is None:
            raise UsageError("trials is missing: say how many settings are to be tried, such as trials = 40.")
        return space.trials
    count = axes.count
    for one in axes.ranges.values():
        count *= one.steps + 1
    if (space.trials or count) > min(count, MOST_TRIALS):
        more = f"trials is {space.trials:,}, but the" if space.trials else "The"
        raise UsageError(
            f"{more} grid has {count:,} combinations, and a study {MOST_TRIALS:,} trials at most. "
            f"Give trials = {min(count, MOST_TRIALS)} or fewer, or another sampler."
        )
    return space.trials or count


def _is_range(value: Any) -> bool:
    return isinstance(value, dict) and ("low" in value or "high" in value)


def _range(name: str, value: Any) -> Range:
    try:
        return msgspec.convert(value, Range)
    except msgspec.ValidationError as error:
        raise UsageError(f"space: the range of {name}: {explain(value, Range) or error}.") from None


def _check_sampler(space: Space, axes: Axes) -> None:
    if axes.count < 2 and not axes.ranges:
        raise UsageError("space: nothing varies in it. Give a part of it two values or more, or a range.")
    stepless = [name for name, one in axes.ranges.items() if not one.step]
    if space.sampler == GRID and stepless:
        raise UsageError(
            f"sampler grid tries every combination, and {stepless[0]} has a range without a step. Give it a step or a "
            "list of values, or take another sampler: tpe, cmaes or random."
        )
    if space.sampler == CMAES and len(axes.ranges) < FEWEST_RANGES:
        raise UsageError(
            f"sampler cmaes searches in {FEWEST_RANGES} ranges or more (there are {len(axes.ranges)}); lists are drawn "
            "at random beside them. Give more ranges, or take another sampler: tpe, grid or random."
        )
