"""Reads a value from a TOML file that a user has written."""

from pathlib import Path
from typing import TypeVar

import msgspec

from mnist_compare.errors import MnistCompareError

MAX_FILE_BYTES = 1_000_000

Value = TypeVar("Value")


def read_toml(path: Path, kind: type[Value], what: str, error: type[MnistCompareError], mend: str = "") -> Value:
    """The value of type `kind` in the file; raises `error`, which calls it `what` ("a recipe") and ends with `mend`."""
    noun = what.split()[-1]
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise error(f"{path} is larger than {MAX_FILE_BYTES:,} bytes: that is no {noun}.")
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except OSError as problem:
        raise error(f"Cannot read the {noun} {path}: {problem.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise error(f"{path} does not describe {what}: {problem}.{mend}") from None
