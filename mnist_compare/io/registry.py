"""Kinds of values that anybody can add to: a class with a tag is valid in files as soon as it is defined.

A field of the type `Open[Layer]` holds a value of any class that is derived from `Layer`. In a file the value is a
table whose `type` is the tag of its class.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union

import msgspec

from mnist_compare.errors import UsageError
from mnist_compare.io.bounds import Plain
from mnist_compare.io.extensions import CORE, load_extensions

Kind = TypeVar("Kind")


class Tagged(Plain, frozen=True, forbid_unknown_fields=True):
    """A value of one of several classes, which `type` tells apart in a file; each registers by being defined."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in cls.__mro__[1:]:
            # Its functions would be taken for those of this one, whatever it changes.
            if issubclass(base, Tagged) and base.__struct_config__.tag is not None:
                raise TypeError(f"{cls.__name__} derives from {base.__name__}, which is a kind of its own")
        _DEFINED[f"{cls.__module__}.{cls.__qualname__}"] = cls  # defined once more, in a notebook, it takes its place
        _classes.cache_clear()


_DEFINED: dict[str, type[Tagged]] = {}


def classes(base: type[Kind]) -> Mapping[str, type[Kind]]:
    """The classes derived from `base` that have a tag, by it, in the order of their definition.

    Raises UsageError where two of them have the same.
    """
    key: Any = base  # a class has a hash, which mypy does not know of one that a variable stands for
    return _classes(key)


@cache  # it is asked for each value of a file
def _classes(base: type[Any]) -> Mapping[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for name, each in _DEFINED.items():
        if not issubclass(each, base) or each.__struct_config__.tag is None:
            continue
        tag = tag_of(each)
        if tag in found:
            other = f"{found[tag].__module__}.{found[tag].__qualname__}"
            raise UsageError(f"{other} and {name} have the same type {tag!r}. Give one of them another tag.")
        found[tag] = each
    return MappingProxyType(found)


def tag_of(value: Tagged | type[Tagged]) -> str:
    """The `type` that it has in a file."""
    return str(value.__struct_config__.tag)


def find_class(base: type[Kind], tag: str) -> type[Kind] | None:
    """The class of that tag; None where there is none, not even in an extension, which is loaded for it."""
    if tag not in classes(base):
        load_extensions(CORE)
    return classes(base).get(tag)


class _Any(type):
    """The type of `Open[...]`: what is of the base is of it."""

    base: type[Tagged]

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.base)


if TYPE_CHECKING:
    Open = Annotated[Kind, "a value of any registered class"]
else:

    class Open:
        """`Open[Base]`, the type of a field: msgspec does not know it, and asks `decode_open` for its values."""

        @classmethod
        @cache
        def __class_getitem__(cls, base: type[Tagged]) -> type:
            return _Any(f"Open[{base.__name__}]", (), {"base": base})


def decode_open(kind: Any, data: Any) -> Any:
    """The value that `data`, decoded JSON or TOML, describes: msgspec's `dec_hook` for all that holds `Open` fields.

    Raises msgspec.ValidationError where it describes none, and BackendError where an extension cannot be loaded.
    """
    base = open_base(kind)
    if base is None:
        raise NotImplementedError(f"{kind} cannot stand in a file")
    if isinstance(data, dict) and isinstance(tag := data.get("type"), str):
        find_class(base, tag)  # for the extensions that it may stand in
    return msgspec.convert(data, open_union(base), dec_hook=decode_open)


def decode_open_json(kind: Any, data: Any) -> Any:
    """The same of what was decoded from JSON, equal values once: thousands of records have the same few layers."""
    base = open_base(kind)
    if base is None:
        return decode_open(kind, data)
    return _decoded(kind, msgspec.json.encode(data), open_union(base))


@lru_cache(10_000)
def _decoded(kind: Any, content: bytes, _members: Any) -> Any:
    return decode_open(kind, msgspec.json.decode(content))


def open_base(kind: Any) -> type[Tagged] | None:
    """The base of an `Open` type; None for any other type."""
    return kind.base if isinstance(kind, _Any) else None


def open_union(base: type[Tagged]) -> Any:
    """The union of all classes that are derived from `base` by now."""
    return _union(tuple(classes(base).values()))


@cache
def _union(members: tuple[type[Tagged], ...]) -> Any:
    return Union[members]  # noqa: UP007 (of as many as there are)
