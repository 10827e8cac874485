"""Lines of a program: an expression, with the reason for it where a framework does otherwise by default."""

from collections.abc import Iterable
from typing import Any

import msgspec

INDENT = "    "
WIDTH = 100


class Line(msgspec.Struct, frozen=True):
    """An expression in one row or several, and what a comment says of it."""

    rows: tuple[str, ...]
    why: str = ""

    def ended(self, end: str) -> list[str]:
        """Its rows, the last with `end`; the comment stands behind the row, or above it where it is too long."""
        rows = [*self.rows[:-1], self.rows[-1] + end]
        if not self.why:
            return rows
        if len(rows) == 1 and len(rows[0]) + len(self.why) + 4 <= WIDTH:
            return [f"{rows[0]}  # {self.why}"]
        return [f"# {self.why}", *rows]


def line(code: str, why: str = "") -> Line:
    """A line of one row."""
    return Line((code,), why)


def call(name: str, *values: Any, why: str = "", **named: Any) -> Line:
    """The call of a function with these values; those that are None are left out.

    >>> call("nn.Conv2d", 1, 16, 3, padding=1, groups=None).rows
    ('nn.Conv2d(1, 16, 3, padding=1)',)
    """
    given = [written(value) for value in values]
    given += [f"{key}={written(value)}" for key, value in named.items() if value is not None]
    return line(f"{name}({', '.join(given)})", why)


def unless(value: Any, default: Any) -> Any:
    """The value; None, which `call` leaves out, where it is the default of what is called."""
    return None if value == default else value


def written(value: Any) -> str:
    """A value as Python writes it, strings in double quotes, and code as it is."""
    if isinstance(value, Line):
        return " ".join(row.strip() for row in value.rows)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        inner = ", ".join(map(written, value))
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    return repr(value)


def block(head: str, lines: Iterable[Line], tail: str) -> Line:
    """Lines, each with a comma, between a head and a tail that have rows of their own."""
    rows = [INDENT + row for one in lines for row in one.ended(",")]
    return Line((head, *rows, tail)) if rows else line(head + tail)


def spread(head: str, code: str) -> str:
    """A call behind `head`, in one row, or where that is too long with a row for each of its values.

    >>> spread("x = ", "f(1, (2, 3))")
    'x = f(1, (2, 3))'
    """
    if len(head) + len(code) <= WIDTH:
        return head + code
    indent = " " * (len(head) - len(head.lstrip()))
    name, _, inner = code.removesuffix(")").partition("(")
    values, depth = [""], 0
    for character in inner:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            values.append("")
        else:
            values[-1] += character
    rows = "".join(f"{indent}{INDENT}{value.strip()},\n" for value in values)
    return f"{head}{name}(\n{rows}{indent})"
