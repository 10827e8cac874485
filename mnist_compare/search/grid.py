"""What a sweep is asked to do, as a value: what varies, under which conditions, and what is the same in all trials."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from mnist_compare.errors import UsageError
from mnist_compare.errors.names import LONGEST_NUMBER, named
from mnist_compare.experiment.train_metrics import SAMPLE
from mnist_compare.io.bounds import Name, Real, Seed, Size, Whole
from mnist_compare.io.decoding import explain
from mnist_compare.io.reading import read_utf8, user_path
from mnist_compare.io.toml import MAX_FILE_BYTES, read_toml
from mnist_compare.recipe.recipe import Recipe
from mnist_compare.records.record import MARGIN
from mnist_compare.runner.asked import each, seeds_of
from mnist_compare.runner.request import Request

HOLD_OUT = 0.1
MOST_SAMPLED = 10_000
PARTS = (*(name for name in Recipe.__struct_fields__ if name not in ("name", "source")), "learning_rate")
"""The parts of a recipe that can vary; those of optimizer and schedule stand behind a dot."""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers from `low` to `high`, both included; whole ones where both are. With `log`, their logarithms are drawn
    evenly.
    """

    low: Whole | Real
    high: Whole | Real
    log: bool = False


class Grid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sweep: what its trials have in common has the names of the options of `compare`, the rest is what varies.

    Options:
        name: of its folder below reports/.
        hold_out: this share of the training images, or this number of them, is what trials are judged on.
        sample: so many settings of each network are drawn at random, by the `sample_seed`, instead of all.
        grid: parts of a recipe, each with its values: "learning_rate", "optimizer", "optimizer.momentum".
        ranges: parts of a recipe whose values are drawn from a range; only with `sample`.
        exclude: settings that have all of these values are left out.
        when: settings that have all of these values vary in the parts of its `grid`, and its `ranges`, too.
    """

    name: Name = ""
    backends: str | tuple[Name, ...] = ()
    architectures: str | tuple[str, ...] = ("cnn",)
    seeds: str | tuple[Seed, ...] = (0,)
    recipe: str | None = None
    epochs: Whole | str | None = None
    mode: str = "matched"
    tuning: str = "tuned"
    dataset: str = "mnist"
    test_share: float | None = None
    resize: Whole | str | tuple[Whole, ...] | None = None
    gray: bool = False
    rgb: bool = False
    pad: bool | Whole | str | None = None
    invert: bool = False
    train_size: Size | None = None
    test_size: Size | None = None
    validation: Size | None = None
    subset_seed: Seed = 0
    device: str = "auto"
    execution: str = "auto"
    train_metrics: str = SAMPLE
    threads: Size | None = None
    jobs: Size = 1
    margin: float = MARGIN
    latency: bool = False
    start: str | None = None
    python: dict[str, str] = {}
    hold_out: Real = HOLD_OUT
    sample: Annotated[int, msgspec.Meta(ge=1, le=MOST_SAMPLED)] | None = None
    sample_seed: Seed = 0
    grid: dict[str, Any] = {}
    ranges: dict[str, Range] = {}
    exclude: tuple[dict[str, Any], ...] = ()
    when: tuple[dict[str, Any], ...] = ()

    def request(self) -> Request:
        """What all trials have in common."""
        same = {name: getattr(self, name) for name in self.__struct_fields__ if name in Request.__struct_fields__}
        lists = {name: each(same[name]) for name in ("backends", "architectures")}
        only = {"modes": (self.mode,), "tunings": (self.tuning,), "seeds": seeds_of(self.seeds)}
        return Request(**same | lists | only)


def grid_text(path: str | Path) -> str:
    """The file of a sweep as it stands, once it has been read."""
    return read_utf8(user_path(path), MAX_FILE_BYTES).decode()


def read_grid(path: str | Path) -> Grid:
    """The sweep that a TOML file describes; raises UsageError, for a file that says nothing too."""
    place = user_path(path)
    data = read_toml(place, dict, "a sweep", UsageError)
    _check_names(data, f"{place} does not describe a sweep")
    return read_toml(place, Grid, "a sweep", UsageError)


def make_grid(given: Mapping[str, Any]) -> Grid:
    """The sweep that such a dict describes, as a file would; raises UsageError."""
    plain = msgspec.to_builtins(dict(given), enc_hook=_plain)
    _check_names(plain, "This is no sweep")
    try:
        return msgspec.convert(plain, Grid)
    except msgspec.ValidationError as error:
        raise UsageError(f"This is no sweep: {explain(plain, Grid) or error}.") from None


def _plain(value: Any) -> Any:
    """A value of Python as a file would hold it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Path | range):
        return str(value) if isinstance(value, Path) else list(value)
    raise UsageError(f"{named(value)} cannot stand in a sweep: give text, numbers, lists and tables.")


def to_toml(grid: Grid) -> str:
    """The sweep as a file: what is not as by default, a line each."""
    defaults = Grid()
    changed = {name: getattr(grid, name) for name in Grid.__struct_fields__}
    changed = {name: value for name, value in changed.items() if value != getattr(defaults, name)}
    return "".join(f"{name} = {_inline(value)}\n" for name, value in msgspec.to_builtins(changed).items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(name)} = {_inline(one)}" for name, one in value.items() if one is not None)
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    return repr(value) if isinstance(value, float) else json.dumps(value)


def _check_names(data: Mapping[str, Any], begin: str) -> None:
    """Raise UsageError for nothing at all, and for a part of a recipe that stands where all options stand."""
    if not data.get("grid") and not data.get("ranges"):
        raise UsageError(
            f"{begin}: nothing varies in it. Write [grid] and below it parts of a recipe with their values, such as "
            "learning_rate = [0.1, 0.01]."
        )
    if _has_vast_number(data):
        raise UsageError(f"{begin}: a number in it has more than {LONGEST_NUMBER} bits.")
    misplaced = [name for name in data if name in PARTS and name not in Grid.__struct_fields__]
    if misplaced:
        raise UsageError(
            f"{begin}: {misplaced[0]} is part of a recipe, and stands below [grid], with one value or several."
        )


def _has_vast_number(value: Any) -> bool:
    if isinstance(value, dict | list | tuple):
        return any(map(_has_vast_number, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and value.bit_length() >= LONGEST_NUMBER
