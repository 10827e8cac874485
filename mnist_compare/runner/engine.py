"""Starts one fresh process for a job, reads its events, and says how it ended when it could not say so itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO

import msgspec

from mnist_compare.environment import framework_variables, starting_environment, thread_variables
from mnist_compare.runner.protocol import EVENT_DECODER, Checked, Ended, Event, Failed, Job, Predicted, Probed, Traced

LAST_LINES = 3
GRACE_SECONDS = 3.0


class Crash(msgspec.Struct, frozen=True):
    """The worker is gone without having said how its job ended."""

    reason: str


def run_job(
    job: Job,
    threads: int,
    log: Path,
    on_event: Callable[[Event], None] = lambda event: None,
    variables: Mapping[str, str] = MappingProxyType({}),
    python: str = sys.executable,
) -> Event | Crash:
    """Execute the job in a process of its own and give its last event.

    What the worker writes to stderr goes to the file `log`. `variables` are added to its environment; `python` is the
    interpreter that it runs in. An exception here, Ctrl-C too, ends the worker.
    """
    last: Event | None = None
    with log.open("ab") as errors, _process(python, thread_variables(threads) | dict(variables), errors) as process:
        _send(process, job)
        assert process.stdout is not None
        for line in process.stdout:
            try:
                last = EVENT_DECODER.decode(line)
            except msgspec.DecodeError:
                return Crash(f"the worker sent something that is no event: {line[:80]!r}")
            on_event(last)
        process.wait()
    if isinstance(last, Ended | Predicted | Probed | Traced | Checked | Failed):
        return last
    return Crash(f"{_describe_exit(process.returncode)}{_last_lines(log)}")


@contextmanager
def _process(python: str, variables: dict[str, str], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [python, "-m", "mnist_compare.runner.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**starting_environment(python), **framework_variables(), **variables, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,  # so that Ctrl-C reaches the program alone, which then ends the worker in order
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            _end(process)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _send(process: subprocess.Popen[bytes], job: Job) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it died at its start: its exit code and its log say why
        process.stdin.write(msgspec.json.encode(job))
        process.stdin.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    for name in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, name)
        try:
            process.wait(GRACE_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue


def _describe_exit(code: int) -> str:
    if code < 0:
        return f"the worker was killed by {signal.Signals(-code).name}"
    return f"the worker ended with exit code {code} before its job was done"


def _last_lines(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"; its last words: {' / '.join(lines[-LAST_LINES:])[:500]}" if lines else ""
