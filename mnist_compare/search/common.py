"""What searches have in common, whatever they search by: the options of their trials, and how a search is read."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec
import numpy as np

from mnist_compare.errors import UsageError
from mnist_compare.errors.names import LONGEST_NUMBER, named
from mnist_compare.experiment.train_metrics import SAMPLE
from mnist_compare.io.bounds import Name, Real, Seed, Size, Whole
from mnist_compare.io.decoding import explain
from mnist_compare.io.reading import read_utf8, user_path
from mnist_compare.io.toml import MAX_FILE_BYTES, read_toml, toml_value
from mnist_compare.lowering import find_tunings
from mnist_compare.recipe.mode import find_modes
from mnist_compare.recipe.recipe import Recipe
from mnist_compare.records.record import MARGIN
from mnist_compare.runner.asked import each, seeds_of
from mnist_compare.runner.request import Request

HOLD_OUT = 0.1
PARTS = (*(name for name in Recipe.__struct_fields__ if name not in ("name", "source")), "learning_rate")
"""The parts of a recipe that can vary; those of optimizer and schedule stand behind a dot."""


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all trials of a search have in common: the names are those of the options of `compare`.

    Options:
        name: of its folder below reports/.
        hold_out: this share of the training images, or this number of them, is what trials are judged on.
    """

    what: ClassVar[str] = "a search"
    tables: ClassVar[tuple[str, ...]] = ()
    """Where the parts of a recipe stand that vary."""

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

    def request(self) -> Request:
        """What all trials have in common; raises UsageError for two modes or tunings, or where nothing is held out."""
        noun = self.what.split()[-1]
        if len(find_modes((self.mode,))) > 1 or len(find_tunings((self.tuning,))) > 1:
            raise UsageError(f"A {noun} has one mode and one tuning: settings are chosen by means over all trials.")
        if not self.hold_out > 0:
            raise UsageError(
                f"hold_out must be above 0 (it is {self.hold_out:g}): trials are judged on what is held out."
            )
        same = {name: getattr(self, name) for name in self.__struct_fields__ if name in Request.__struct_fields__}
        lists = {name: each(same[name]) for name in ("backends", "architectures")}
        only = {"modes": (self.mode,), "tunings": (self.tuning,), "seeds": seeds_of(self.seeds)}
        return Request(**same | lists | only)


Kind = TypeVar("Kind", bound=Common)


def search_text(path: str | Path) -> str:
    """The file of a search as it stands, once it has been read."""
    return read_utf8(user_path(path), MAX_FILE_BYTES).decode()


def read_search(path: str | Path, kind: type[Kind]) -> Kind:
    """The search that a TOML file describes; raises UsageError, for a file that says nothing too."""
    place = user_path(path)
    _check_names(read_toml(place, dict, kind.what, UsageError), f"{place} does not describe {kind.what}", kind)
    return read_toml(place, kind, kind.what, UsageError)


def make_search(given: Mapping[str, Any], kind: type[Kind]) -> Kind:
    """The search that such a dict describes, as a file would; raises UsageError."""
    begin = f"This is no {kind.what.split()[-1]}"
    plain = msgspec.to_builtins(dict(given), enc_hook=partial(_plain, kind.what))
    _check_names(plain, begin, kind)
    try:
        search = msgspec.convert(plain, kind)
        to_toml(search).encode()  # as it will be kept
        return search
    except UnicodeEncodeError as error:
        raise UsageError(f"{begin}: {error.object[error.start]!r} in it is no text. Rename what has it.") from None
    except msgspec.ValidationError as error:
        raise UsageError(f"{begin}: {explain(plain, kind) or error}.") from None


def _plain(what: str, value: Any) -> Any:
    """A value of Python as a file would hold it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Path | range):
        return str(value) if isinstance(value, Path) else list(value)
    raise UsageError(f"{named(value)} cannot stand in {what}: give text, numbers, lists and tables.")


def to_toml(search: Common) -> str:
    """The search as a file: what is not as by default, a line each."""
    defaults = type(search)()
    changed = {name: getattr(search, name) for name in search.__struct_fields__}
    changed = {name: value for name, value in changed.items() if value != getattr(defaults, name)}
    return "".join(f"{name} = {toml_value(value)}\n" for name, value in msgspec.to_builtins(changed).items())


def _check_names(data: Mapping[str, Any], begin: str, kind: type[Common]) -> None:
    """Raise UsageError for nothing at all, and for a part of a recipe that stands where all options stand."""
    table = kind.tables[0]
    if not any(data.get(name) for name in kind.tables):
        raise UsageError(
            f"{begin}: nothing varies in it. Write [{table}] and below it parts of a recipe with their values, such as "
            "learning_rate = [0.1, 0.01]."
        )
    if _has_vast_number(data):
        raise UsageError(f"{begin}: a number in it has more than {LONGEST_NUMBER} bits.")
    misplaced = [name for name in data if name in PARTS and name not in kind.__struct_fields__]
    if misplaced:
        raise UsageError(
            f"{begin}: {misplaced[0]} is part of a recipe, and stands below [{table}], with one value or several."
        )


def _has_vast_number(value: Any) -> bool:
    if isinstance(value, dict | list | tuple):
        return any(map(_has_vast_number, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and value.bit_length() >= LONGEST_NUMBER
