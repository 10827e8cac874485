"""What a sweep is asked to do, as a value: what varies, under which conditions, and what is the same in all trials."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec

from mnist_compare.io.bounds import Seed
from mnist_compare.search.common import Common, make_search, read_search
from mnist_compare.search.range import Range

MOST_SAMPLED = 10_000


class Grid(Common, frozen=True, forbid_unknown_fields=True):
    """A sweep: what its trials have in common has the names of the options of `compare`, the rest is what varies.

    Options:
        sample: so many settings of each network are drawn at random, by the `sample_seed`, instead of all.
        grid: parts of a recipe, each with its values: "learning_rate", "optimizer", "optimizer.momentum".
        ranges: parts of a recipe whose values are drawn from a range; only with `sample`.
        exclude: settings that have all of these values are left out.
        when: settings that have all of these values vary in the parts of its `grid`, and its `ranges`, too.
    """

    what: ClassVar[str] = "a sweep"
    tables: ClassVar[tuple[str, ...]] = ("grid", "ranges")

    sample: Annotated[int, msgspec.Meta(ge=1, le=MOST_SAMPLED)] | None = None
    sample_seed: Seed = 0
    grid: dict[str, Any] = msgspec.field(default_factory=dict)
    ranges: dict[str, Range] = msgspec.field(default_factory=dict)
    exclude: tuple[dict[str, Any], ...] = ()
    when: tuple[dict[str, Any], ...] = ()


def read_grid(path: str | Path) -> Grid:
    """The sweep that a TOML file describes; raises UsageError, for a file that says nothing too."""
    return read_search(path, Grid)


def make_grid(given: Mapping[str, Any]) -> Grid:
    """The sweep that such a dict describes, as a file would; raises UsageError."""
    return make_search(given, Grid)
