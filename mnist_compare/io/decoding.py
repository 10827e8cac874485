"""Says in the words of a JSON or TOML file why it holds no value of a type.

msgspec stops at the first thing that is wrong, and tells it in Python's words. So when it has refused what a file
holds, the content is held against the type once more, and all that does not fit is told: where it stands (lists are
counted from 1), what is valid there, and the nearest valid name.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from mnist_compare.errors.names import nearest
from mnist_compare.io.foreign import as_in_a_file
from mnist_compare.io.registry import decode_open, decode_open_json
from mnist_compare.io.type_words import choices, cut, registered_type, shown, type_words, valid

MAX_FAULTS = 5

Path = tuple[str | int, ...]
Value = TypeVar("Value")


class Fault(msgspec.Struct, frozen=True):
    """What is wrong at one place: `text` goes on after the place's name."""

    path: Path
    text: str


def explain(data: object, kind: Any, line: Callable[[Path], int | None] = lambda path: None) -> str:
    """What in the decoded content `data` keeps it from being of type `kind`, in words; nothing where all is well.

    `line` gives the number of the line in which a place of the file begins, where that is known.
    """
    found = list(islice(_faults(data, inspect.type_info(kind), ()), MAX_FAULTS + 1))
    told = []
    for fault in found[:MAX_FAULTS]:
        number = line(fault.path)
        told.append(f"{f'line {number}: ' if number else ''}{_place(data, fault.path)}{fault.text}")
    return "; ".join([*told, *(["and more"] if len(found) > MAX_FAULTS else [])])


def decode_json(content: bytes | str, kind: type[Value]) -> Value:
    """The value of type `kind` in JSON; raises msgspec.DecodeError that says all that is wrong in the file's words."""
    try:
        return msgspec.json.decode(content, type=kind, dec_hook=decode_open_json)
    except msgspec.ValidationError as error:
        raise msgspec.DecodeError(explain(msgspec.json.decode(content), kind) or str(error)) from None


def explain_value(value: msgspec.Struct) -> str:
    """What keeps a value that was made in Python from being of its own type, in words; nothing where all is well."""
    plain = as_in_a_file(value)
    try:
        msgspec.convert(plain, type(value), dec_hook=decode_open)
    except msgspec.ValidationError as error:
        return explain(plain, type(value)) or str(error)
    return ""


def _place(data: Any, path: Path) -> str:
    """Such as "layers, number 3 (convolution): kernel "."""
    words = ""
    for part in path:
        if isinstance(part, int):
            data = data[part]
            named = data.get("type") if isinstance(data, dict) and path[-1] != "type" else None
            words = (
                f"{words.removesuffix(': ')}, number {part + 1}{f' ({cut(named)})' if isinstance(named, str) else ''}: "
            )
        else:
            data = data.get(part)
            words += f"{'' if not words or words.endswith(': ') else '.'}{cut(part)}"
    return words.removesuffix(": ") + (" " if words else "it ")


def _faults(data: Any, kind: inspect.Type, path: Path) -> Iterator[Fault]:
    match kind:
        case inspect.CustomType(cls=cls):
            yield from _faults(data, registered_type(cls), path)
        case inspect.Metadata(type=inner):
            yield from _faults(data, inner, path)
        case inspect.UnionType(types=members):
            yield from _union_faults(data, members, path)
        case _ if not _is_of(data, kind):
            yield Fault(path, f"must be {type_words(kind)} (it is {shown(data)})")
        case inspect.StructType():
            yield from _struct_faults(data, kind, path)
        case inspect.DictType(value_type=inner):
            for name, value in data.items():
                yield from _faults(value, inner, (*path, name))
        case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner):
            yield from _bound_faults(data, kind, path)
            for position, value in enumerate(data):
                yield from _faults(value, inner, (*path, position))
        case inspect.TupleType(item_types=kinds):
            if len(data) != len(kinds):
                yield Fault(path, f"must have {len(kinds)} values (it has {len(data)})")
            for position, (value, inner) in enumerate(zip(data, kinds, strict=False)):
                yield from _faults(value, inner, (*path, position))
        case inspect.LiteralType() | inspect.EnumType():
            if data not in choices(kind):
                yield Fault(path, f"{shown(data)} is unknown{valid(data, choices(kind))}")
        case _:
            yield from _bound_faults(data, kind, path)


def _struct_faults(data: dict[str, Any], kind: inspect.StructType, path: Path) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in kind.fields}
    meant: list[str | None] = []
    for name, value in data.items():
        if name in fields:
            yield from _faults(value, fields[name].type, (*path, name))
        elif kind.forbid_unknown_fields and name != kind.tag_field:
            meant.append(nearest(name, fields))
            near = _within(name, meant[-1], fields)
            yield Fault((*path, name), f"is no field here{valid(name, list(fields), quote=False, near=near)}")
    for name, field in fields.items():
        if field.required and name not in data and name not in meant:
            yield Fault((*path, name), f"is missing: {type_words(field.type)}")


def _within(name: str, near: str | None, fields: dict[str, inspect.Field]) -> str | None:
    """Such as optimizer.learning_rate for lr, where `near` is the field that is meant and a table which holds it."""
    kind = fields[near].type if near else None
    kind = registered_type(kind.cls) if isinstance(kind, inspect.CustomType) else kind
    members = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    inner = [field.encode_name for each in members if isinstance(each, inspect.StructType) for field in each.fields]
    held = nearest(name, inner)
    return f"{near}.{held}" if held else near


def _union_faults(data: Any, members: Iterable[inspect.Type], path: Path) -> Iterator[Fault]:
    members = list(members)
    structs = {str(kind.tag): kind for kind in members if isinstance(kind, inspect.StructType) and kind.tag is not None}
    if isinstance(data, dict) and structs:
        field = str(next(iter(structs.values())).tag_field)
        named = data.get(field)
        if field not in data:
            yield Fault((*path, field), f"is missing{valid('', list(structs))}")
        elif named not in list(structs):
            yield Fault((*path, field), f"{shown(named)} is unknown{valid(named, list(structs))}")
        else:
            yield from _struct_faults(data, structs[named], path)
        return
    kinds = [kind for kind in members if _is_of(data, kind)]
    if any(isinstance(kind, inspect.IntType) for kind in kinds):  # a whole number is held against these alone
        kinds = [kind for kind in kinds if not isinstance(kind, inspect.FloatType)]
    loop = [list(_faults(data, kind, path)) for kind in kinds]
    if not loop:
        yield Fault(path, f"must be {type_words(inspect.UnionType(tuple(members)))} (it is {shown(data)})")
    elif all(loop):
        yield from loop[0]


def _is_of(data: Any, kind: inspect.Type) -> bool:
    """Whether the value is of the right kind, whatever it holds."""
    match kind:
        case inspect.CustomType(cls=cls):
            return _is_of(data, registered_type(cls))
        case inspect.UnionType(types=members):
            return any(_is_of(data, member) for member in members)
        case inspect.Metadata(type=inner):
            return _is_of(data, inner)
        case inspect.BoolType():
            return isinstance(data, bool)
        case inspect.IntType():
            return isinstance(data, int) and not isinstance(data, bool)
        case inspect.FloatType():
            return isinstance(data, int | float) and not isinstance(data, bool)
        case inspect.StrType() | inspect.EnumType():
            return isinstance(data, str)
        case inspect.LiteralType(values=values):
            return type(data) in {type(value) for value in values}
        case inspect.NoneType():
            return data is None
        case inspect.StructType() | inspect.DictType():
            return isinstance(data, dict)
        case inspect.ListType() | inspect.VarTupleType() | inspect.TupleType():
            return isinstance(data, list | tuple)
    return True


def _bound_faults(data: Any, kind: Any, path: Path) -> Iterator[Fault]:
    """Bounds of a number, or of the length of a text or list."""
    least, most = getattr(kind, "ge", None), getattr(kind, "le", None)
    if (least is not None and data < least) or (most is not None and not data <= most):
        bounds = f"from {least:,} to {most:,}" if None not in (least, most) else f"at least {least}"
        yield Fault(path, f"must be {bounds} (it is {shown(data)})")
    elif isinstance(kind, inspect.FloatType) and abs(data) > sys.float_info.max:
        yield Fault(path, f"must be a number of 64 bits (it is {shown(data)})")
    shortest, longest = getattr(kind, "min_length", None), getattr(kind, "max_length", None)
    if (shortest is not None and len(data) < shortest) or (longest is not None and len(data) > longest):
        unit = "letters" if isinstance(data, str) else "values"
        bounds = str(shortest) if shortest == longest else f"at least {shortest}" if shortest else f"at most {longest}"
        yield Fault(path, f"must have {bounds} {unit} (it has {len(data)})")
