"""The vocabulary: every kind of layer, optimizer, schedule and augmentation, told by its class."""

import sys
from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import inspect

from mnist_compare.architecture import Layer
from mnist_compare.document.markdown import escape
from mnist_compare.io.fields import default_values
from mnist_compare.io.registry import Tagged, classes
from mnist_compare.io.terminal import to_json
from mnist_compare.io.type_words import registered_type
from mnist_compare.recipe import Optimizer
from mnist_compare.recipe.augmentations import Augmentation
from mnist_compare.recipe.schedules import Schedule

BASES: dict[str, type[Tagged]] = {
    "layers": Layer,
    "optimizers": Optimizer,
    "schedules": Schedule,
    "augmentations": Augmentation,
}
SAMPLES = {"kernel": 3, "size": 2, "heads": 2, "groups": 2}
"""What stands in a line for a number without a default; 8 for any other whole one, 0.5 for any other."""


def kinds(base: type[Tagged]) -> dict[str, tuple[str, str]]:
    """Of each kind that derives from `base`, by its type: what it is, and a line of TOML with all its fields."""
    return {tag: (_summary(kind), _line(tag, kind)) for tag, kind in sorted(classes(base).items())}


def vocabulary_page() -> str:
    """The page docs/vocabulary.md, which `python -m mnist_compare.cli.vocabulary` prints."""
    tables = [f"## {what.capitalize()}\n\n{_table(base)}" for what, base in BASES.items()]
    return "\n\n".join([_HEAD, *tables]) + "\n"


_CODE = "\\`"

_HEAD = """# The vocabulary

Every kind that a network or a recipe can have, with all its fields: those with a default show it, and what stands for
the others is an example. `python -m mnist_compare list layers`, `list optimizers`, `list schedules` and
`list augmentations` print the same.
A name that there is not is answered with the nearest one. [Your own network](network.md) shows where the lines stand in
a file, and [a new layer](new-layer.md) how a kind is added."""


def _table(base: type[Tagged]) -> str:
    own = {tag for tag, kind in classes(base).items() if kind.__module__.startswith("mnist_compare.")}
    rows = [
        f"| `{tag}` | {escape(summary).replace(_CODE, '`')} | `{line}` |"
        for tag, (summary, line) in kinds(base).items()
        if tag in own
    ]
    return "\n".join(["| type | what it is | in a file |", "|---|---|---|", *rows])


def _summary(kind: type[Tagged]) -> str:
    """The first paragraph of its docstring, on one line."""
    return " ".join(cleandoc(kind.__doc__ or "").split("\n\n")[0].split())


def _line(tag: str, kind: type[Tagged]) -> str:
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    told = [
        f"{name} = {_literal(_sample(name, inspect.type_info(types[name])) if value is msgspec.NODEFAULT else value)}"
        for name, value in default_values(kind).items()
        if value is not None
    ]
    return "{ " + ", ".join([f'type = "{tag}"', *told]) + " }"


def _sample(name: str, kind: inspect.Type) -> Any:
    """An example of what can stand in a field that has no default."""
    match kind:
        case inspect.CustomType(cls=cls):
            return _sample(name, registered_type(cls))
        case inspect.Metadata(type=inner):
            return _sample(name, inner)
        case inspect.UnionType(types=members):
            structs = [each for each in members if isinstance(each, inspect.StructType)]
            return {"type": "relu"} if structs else _sample(name, members[0])
        case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner):
            return [_sample(name, inner)]
        case inspect.IntType():
            return SAMPLES.get(name, 8)
        case inspect.LiteralType(values=values):
            return values[0]
    return 0.5


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_literal(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return to_json(value)


if __name__ == "__main__":
    sys.stdout.write(vocabulary_page())
