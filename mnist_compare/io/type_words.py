"""What is valid, and what was given instead, in the words of a JSON or TOML file."""

import json
from typing import Any

from msgspec import inspect

from mnist_compare.errors.names import nearest
from mnist_compare.io.foreign import Foreign
from mnist_compare.io.registry import open_base, open_union

MAX_SHOWN = 60
MAX_NAMED = 20


def type_words(kind: inspect.Type) -> str:
    """What is valid, in words: "a whole number"."""
    match kind:
        case inspect.CustomType(cls=cls):
            return type_words(registered_type(cls))
        case inspect.Metadata(type=inner):
            return type_words(inner)
        case inspect.UnionType(types=members):
            structs = [str(each.tag) for each in members if isinstance(each, inspect.StructType) and each.tag]
            told = [f"a table with type {listed(structs)}"] if structs else []
            told += [type_words(each) for each in members if not (isinstance(each, inspect.StructType) and each.tag)]
            told = [words for words in told if words != "null"]  # which a file rather leaves out
            return " or ".join(dict.fromkeys(told))
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number"
        case inspect.FloatType():
            return "a number"
        case inspect.StrType():
            return "text in quotes"
        case inspect.LiteralType() | inspect.EnumType():
            return listed(choices(kind))
        case inspect.NoneType():
            return "null"
        case (
            inspect.ListType(min_length=fewest, max_length=most)
            | inspect.VarTupleType(min_length=fewest, max_length=most)
        ):
            return "a list" if most is None or fewest != most else f"a list of {most} values"
        case inspect.TupleType(item_types=kinds):
            return f"a list of {len(kinds)} values"
    return "a table"


def choices(kind: inspect.LiteralType | inspect.EnumType) -> list[Any]:
    """The values that are valid."""
    return list(kind.values) if isinstance(kind, inspect.LiteralType) else [each.value for each in kind.cls]


def valid(given: object, names: list[str], *, quote: bool = True, near: str | None = None) -> str:
    """Such as ` (did you mean "linear"? Valid: "convolution", "linear")`; `near` is what is meant, where known."""
    mark = shown if quote else str
    near = near or (nearest(given, map(str, names)) if isinstance(given, str) and given else None)
    asked = f"did you mean {mark(near)}? " if near else ""
    told = f"{asked}valid: {', '.join(map(mark, names))}" if names else "it has no fields"
    return f" ({told.replace('? v', '? V')})"


def listed(names: list[Any]) -> str:
    """Such as `"sgd", "adam" or "adamw"`."""
    words = [shown(name) for name in names[:MAX_NAMED]]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def shown(value: object) -> str:
    """The value as it stands in a file, cut where it is long."""
    if isinstance(value, Foreign):
        return value.text
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, int) and abs(value) >= 2**64:  # all digits of a longer one cannot even be printed
        return "a number of more than 64 bits"
    if isinstance(value, str):
        return json.dumps(cut(value), ensure_ascii=False)
    return cut(json.dumps(value, default=str))


def cut(text: str) -> str:
    """The text, cut where it is long."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def registered_type(kind: type) -> inspect.Type:
    """What stands in a file for a type of `io.registry`: all that are registered by now."""
    base = open_base(kind)
    return inspect.type_info(open_union(base)) if base else inspect.AnyType()
