"""Reads a value from a TOML file that a user has written, and writes values as such a file has them."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mnist_compare.errors import MnistCompareError
from mnist_compare.io.reading import read_utf8
from mnist_compare.io.registry import decode_open

MAX_FILE_BYTES = 100_000
MAX_DOTS = 200
"""The most dots of a line: a key of n parts, a.b.c, takes the parser time and memory of n squared."""

ITEMS_PER_LINE = 25
"""Of a list that is written here: no line of numbers has as many dots as are refused."""

Value = TypeVar("Value")


def read_toml(path: Path, kind: type[Value], what: str, error: type[MnistCompareError], remedy: str = "") -> Value:
    """The value of type `kind` in the file.

    Raises `error`, which calls it `what` ("a recipe") and ends with the `remedy`.
    """
    noun = what.split()[-1]
    try:
        content = read_utf8(path, MAX_FILE_BYTES)
        for number, line in enumerate(content.splitlines(), 1):
            if line.count(b".") > MAX_DOTS:
                raise ValueError(f"line {number} has more than {MAX_DOTS} dots")
        return msgspec.toml.decode(content.decode(), type=kind, dec_hook=decode_open)
    except OSError as problem:
        raise error(f"Cannot read the {noun} {path}: {problem.strerror}.") from None
    # The parser's own ValueError is for numbers of thousands of digits.
    except (msgspec.DecodeError, ValueError, RecursionError) as problem:
        reason = _reason(content, kind, problem)
        raise error(f"{path} does not describe {what}: {reason}.{remedy}") from None


def _reason(content: bytes, kind: Any, problem: Exception) -> str:
    if isinstance(problem, UnicodeDecodeError):
        line = content.count(b"\n", 0, problem.start) + 1
        return f"line {line} is not UTF-8 (its byte 0x{content[problem.start]:02x}): save the file as UTF-8"
    if isinstance(problem, RecursionError):
        return "it is nested too deeply"
    if not isinstance(problem, msgspec.ValidationError):
        return "a number in it has thousands of digits" if "digits" in str(problem) else str(problem)
    from mnist_compare.io.decoding import explain

    lines = content.decode().replace("\r\n", "\n").split("\n")
    return explain(msgspec.toml.decode(content), kind, lambda place: find_line(lines, place)) or str(problem)


def find_line(lines: list[str], place: tuple[str | int, ...]) -> int | None:
    """The number of the line, from 1, with which the value at `place`, such as ("layers", 2, "kernel"), comes in.

    None where it cannot be told: a part of the file that ends in the middle of a value is no TOML. What is missing
    has the line of the table that it is missing from.
    """
    while place and not _has(_parsed(lines), place):
        place = place[:-1]
    first, last = 0, len(lines)  # the first `first` lines do not have it, the first `last` do
    while last - first > 1:
        middle = (first + last) // 2
        part = _parsed(lines[:middle])
        if part is None:
            return None
        first, last = (first, middle) if _has(part, place) else (middle, last)
    return last if place else None


def _parsed(lines: list[str]) -> Any:
    try:
        return msgspec.toml.decode("\n".join(lines))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _has(data: Any, place: tuple[str | int, ...]) -> bool:
    for part in place:
        if isinstance(part, int):
            if not isinstance(data, list) or part >= len(data):
                return False
        elif not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def toml_value(value: Any) -> str:
    """A value of str, numbers, lists and mappings, as it stands behind the `=` of a TOML file.

    Tables are inline. A value of a table that is None is left out, for TOML has no word for it.
    """
    if isinstance(value, Mapping):
        fields = (f"{_key(name)} = {toml_value(one)}" for name, one in value.items() if one is not None)
        return f"{{ {', '.join(fields)} }}"
    if isinstance(value, list | tuple):
        return toml_list([toml_value(one) for one in value])
    if isinstance(value, str):
        # As in JSON, but for what a JSON of ASCII alone has two escapes for, and for the one control character that
        # JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value) if isinstance(value, float) else json.dumps(value)


def toml_list(items: Sequence[str]) -> str:
    """The list of these values, which are written as in TOML already."""
    lines = [", ".join(items[begin : begin + ITEMS_PER_LINE]) for begin in range(0, len(items), ITEMS_PER_LINE)]
    return "[" + ",\n    ".join(lines) + "]"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)
