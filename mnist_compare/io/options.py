"""Checks what a function of the library is given by keyword, so that a wrong word is told with the right one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import signature
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from mnist_compare.errors import UsageError, unknown
from mnist_compare.errors.names import named
from mnist_compare.io.bounds import MAX_SEED
from mnist_compare.io.registry import Tagged, classes

OTHER_NAMES = {
    "backend": "backends",
    "architecture": "architectures",
    "mode": "modes",
    "tuning": "tunings",
    "seed": "seeds",
    "lr": "learning_rate",
}
"""Keywords whose meaning is plain, although the function has another for it."""

WORDS = {int: "a whole number", float: "a number", bool: "True or False", str: "text", Path: "a path", NoneType: "None"}


def check_options(function: Callable[..., Any], given: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """The options that are `given`, with those of the `others` under the names that the function has for them.

    Raises UsageError for an option that it does not have, and for a value that is not of its type.
    """
    options = {option: _plain(value) for option, value in given.items()}
    parameters = signature(function).parameters
    for option, value in others.items():
        if option not in OTHER_NAMES:
            raise unknown("option", option, options)
        meant = OTHER_NAMES[option]
        if options[meant] is not parameters[meant].default:
            raise UsageError(f"{option} and {meant} are the same option. Give one of them.")
        options[meant] = [value] if option == "seed" and isinstance(value, int) else _plain(value)
    check_types(options, get_type_hints(function))
    return options


def check_types(values: Mapping[str, Any], kinds: Mapping[str, Any]) -> None:
    """Raise UsageError that names all values which are not of the types that `kinds` has for their names."""
    wrong = {name: value for name, value in values.items() if not _fits(value, kinds[name])}
    if wrong:
        told = [f"{name} must be {_words(kinds[name])} (it is {named(value)})" for name, value in wrong.items()]
        raise UsageError(f"{'; '.join(told)}.")


def check_arguments(function: Callable[..., Any], **given: Any) -> None:
    """Raise UsageError that names all arguments which are not of the types that the function has for them."""
    check_types(
        {name: value.item() if isinstance(value, np.generic) else value for name, value in given.items()},
        get_type_hints(function),
    )


def check_seed(seed: int, name: str = "seed") -> None:
    """Raise UsageError, which calls it by its name, for a seed that cannot be."""
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"{name} must be from 0 to 2^63 - 1 (it is {named(seed)}).")


def _plain(value: Any) -> Any:
    """The value as one of Python's own types, which can be looked at more than once."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return list(value) if isinstance(value, Iterator) else value


def _fits(value: Any, hint: Any) -> bool:
    origin, kinds = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return any(_fits(value, kind) for kind in kinds)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(key, kinds[0]) and _fits(each, kinds[1]) for key, each in value.items()
        )
    if origin is Iterable:
        listed = isinstance(value, Iterable) and not isinstance(value, str | Mapping)
        several = value[:1] if isinstance(value, range) else value  # which may be of any length
        return listed and all(_fits(each, kinds[0]) for each in several)
    if hint in (int, float) and isinstance(value, int):
        return not isinstance(value, bool) and -(2**63) <= value < 2**64
    return isinstance(value, hint)


def _words(hint: Any) -> str:
    kinds = get_args(hint)
    if get_origin(hint) in (UnionType, Union):
        return " or ".join(_words(kind) for kind in kinds)
    if kinds:
        return (
            f"a dict from {_words(kinds[0])} to {_words(kinds[1])}" if get_origin(hint) is Mapping else "a list of them"
        )
    if issubclass(hint, Tagged):
        return " or ".join(f"a value of {each.__name__}" for each in classes(hint).values())
    return WORDS.get(hint, f"a value of {hint.__name__}")
