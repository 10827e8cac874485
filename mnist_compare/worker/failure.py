"""How an error is told: in a line to the program, with its traceback to the log."""

import re
import traceback
from contextlib import suppress

# MemoryError, the allocators of torch, and TensorFlow's and Paddle's ResourceExhausted.
OUT_OF_MEMORY = re.compile(r"out of memory|MemoryError|ResourceExhausted|allocate memory|enough memory", re.IGNORECASE)

MAX_REASON = 500  # characters: TensorFlow and Paddle tell whole stories, which are in the log


def print_traceback() -> None:
    """The traceback of the exception in hand, to the log, where that can be written."""
    with suppress(OSError):
        traceback.print_exc()


def describe_error(error: Exception) -> str:
    """An exception in a line; one that says that memory ran out, in whatever words, says so first."""
    told = " ".join(str(error).split())[:MAX_REASON]
    text = f"{type(error).__name__}: {told}" if told else type(error).__name__
    return f"out of memory ({text})" if OUT_OF_MEMORY.search(text) else text
