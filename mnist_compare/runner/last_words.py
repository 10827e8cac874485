"""What is known of a worker that is gone: how it ended, and what it said last."""

import signal
from pathlib import Path

LAST_LINES = 3
LAST_BYTES = 10_000
OUTSIDE = {
    "SIGKILL": "as the system does when memory runs out",
    "SIGSEGV": "a fault inside the framework",
    "SIGBUS": "a fault inside the framework, or a file that was cut off or a disk that is full",
    "SIGABRT": "the framework gave up by itself",
    "SIGILL": "this processor lacks an instruction that the framework was built for",
}


def describe_exit(code: int) -> str:
    """How a process has ended, by its exit code; the negative one of a signal."""
    if code >= 0:
        return f"the worker ended with exit code {code} before its job was done,"
    name = next((known.name for known in signal.Signals if known == -code), f"signal {-code}")
    return f"the worker was killed by {name}{f' ({OUTSIDE[name]})' if name in OUTSIDE else ''}"


def last_lines(log: Path, said: int) -> str:
    """The last words that the worker has written to the log since it was `said` bytes long."""
    try:
        with log.open("rb") as file:
            file.seek(max(said, log.stat().st_size - LAST_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:  # somebody took it away
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"; its last words: {' / '.join(lines[-LAST_LINES:])[:500]} (all of them: {log.name})" if lines else ""
