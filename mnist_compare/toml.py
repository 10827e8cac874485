"""Reads a value from a TOML file that a user has written."""

from pathlib import Path
from typing import TypeVar

import msgspec

from mnist_compare.errors import MnistCompareError
from mnist_compare.reading import read_file

MAX_FILE_BYTES = 100_000
MAX_DOTS = 200
"""The most dots of a line: a key of n parts, a.b.c, takes the parser time and memory of n squared."""

Value = TypeVar("Value")


def read_toml(path: Path, kind: type[Value], what: str, error: type[MnistCompareError], mend: str = "") -> Value:
    """The value of type `kind` in the file; raises `error`, which calls it `what` ("a recipe") and ends with `mend`."""
    noun = what.split()[-1]
    try:
        content = read_file(path, MAX_FILE_BYTES)
        for number, line in enumerate(content.splitlines(), 1):
            if line.count(b".") > MAX_DOTS:
                raise ValueError(f"line {number} has more than {MAX_DOTS} dots")
        return msgspec.toml.decode(content, type=kind)
    except OSError as problem:
        raise error(f"Cannot read the {noun} {path}: {problem.strerror}.") from None
    # The parser's own ValueError is for numbers of thousands of digits.
    except (msgspec.DecodeError, ValueError, RecursionError) as problem:
        raise error(f"{path} does not describe {what}: {problem}.{mend}") from None
