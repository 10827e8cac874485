"""Starts one fresh process for a job, reads its events, and says how it ended when it could not say so itself."""

import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import MappingProxyType
from typing import IO

import msgspec

from mnist_compare.errors import OutputError
from mnist_compare.host.environment import thread_variables
from mnist_compare.io.files import file_id
from mnist_compare.runner.prewarming import WorkerPrewarmer
from mnist_compare.worker.process import Launch, Process
from mnist_compare.worker.protocol import (
    EVENT_DECODER,
    Checked,
    Ended,
    EpochEnded,
    Event,
    Failed,
    Job,
    JobRequest,
    Predicted,
    Probed,
    Progressed,
    Started,
    Traced,
)

LAST_LINES = 3
LAST_BYTES = 10_000
MAX_EVENT_BYTES = 200_000_000
LOOK_SECONDS = 0.5
END_SECONDS = 5.0  # between the end of the pipe and the end of the process, on a machine that is busy
STOP_SECONDS = 8.0  # a step of the largest network is to end within them, and its checkpoint to be written
LAST_EVENTS = Ended | Predicted | Probed | Traced | Checked | Failed
OUTSIDE = {
    "SIGKILL": "as the system does when memory runs out",
    "SIGSEGV": "a fault inside the framework",
    "SIGBUS": "a fault inside the framework, or a file that was cut off or a disk that is full",
    "SIGABRT": "the framework gave up by itself",
    "SIGILL": "this processor lacks an instruction that the framework was built for",
}


class Crash(msgspec.Struct, frozen=True):
    """The worker is gone without having said how its job ended; `timed_out` where it was killed for its time."""

    reason: str
    timed_out: bool = False


class WorkerStartError(Exception):
    """There is no worker: the interpreter is gone, for instance."""


class WorkerUnresponsive(Exception):
    """The worker is not listened to any longer, for the reason that this says."""


class TimedOut(WorkerUnresponsive):
    """The time of a job is over."""


def run_job(
    job: Job,
    threads: int,
    log: Path,
    on_event: Callable[[Event], None] = lambda event: None,
    variables: Mapping[str, str] = MappingProxyType({}),
    timeout: float | None = None,
    python: str = sys.executable,
    stop: Callable[[], bool] = lambda: False,
    prewarmer: WorkerPrewarmer | None = None,
) -> Event | Crash:
    """Execute the job in a process of its own, one that waits for it `ahead` perhaps, and give its last event.

    What the worker prints goes to the file `log`. `variables` are added to its environment; `python` is the
    interpreter that it runs in. After `timeout` seconds it is killed, with all processes that it has started. Ctrl-C
    asks the worker to end, which it does at once until it trains, hears it out, and is raised again; other errors
    kill it. Once `stop` says True it is as if Ctrl-C were pressed, of which no thread but the main one hears. Raises
    OutputError where the log cannot be written.
    """
    last: Event | None = None
    said = 0

    def hear(lines: Iterator[bytes]) -> None:
        nonlocal last, said
        for line in lines:
            last = _decode(line)
            if isinstance(last, Started):
                said = max(said, last.logged)  # what a framework says of itself at its import is no cause
            on_event(last)
            if isinstance(last, LAST_EVENTS):
                return  # what a framework still does at its end, hang for instance, does not matter

    with _opened(log) as errors:
        said = errors.tell()
        try:
            launch = Launch(job.backend, python, thread_variables(threads) | dict(variables))
            with _worker(launch, errors, prewarmer) as process:
                _listen(process, JobRequest(job, str(log.absolute()), file_id(errors.fileno())), hear, timeout, stop)
        except WorkerStartError as error:
            return Crash(f"the worker cannot be started: {error}")
        except WorkerUnresponsive as error:
            words = "" if isinstance(error, TimedOut) else _last_lines(log, said)
            return Crash(f"{error} {_place(last)}{words}", timed_out=isinstance(error, TimedOut))
    if isinstance(last, LAST_EVENTS):
        return last
    return Crash(f"{_describe_exit(process.returncode)} {_place(last)}{_last_lines(log, said)}")


def _listen(
    process: Process,
    order: JobRequest,
    hear: Callable[[Iterator[bytes]], None],
    timeout: float | None,
    stop: Callable[[], bool],
) -> None:
    """Give the worker its job and hear it out; after Ctrl-C too, which is raised again whatever it then says."""
    lines: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_converse, args=(process, msgspec.json.encode(order) + b"\n", lines), daemon=True).start()
    try:
        hear(_lines(process, lines, timeout, stop))
    except KeyboardInterrupt:
        process.ask_to_stop()
        with suppress(WorkerUnresponsive):
            hear(_lines(process, lines, STOP_SECONDS))
        raise


def _decode(line: bytes) -> Event:
    try:
        event: Event = EVENT_DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WorkerUnresponsive("the worker sent something that is no event") from None
    return event


@contextmanager
def _opened(log: Path) -> Iterator[IO[bytes]]:
    try:
        file = log.open("ab", buffering=0)
    except OSError as error:
        raise OutputError(f"Cannot write {log}: {error.strerror}.") from None
    with file:
        yield file


@contextmanager
def _worker(launch: Launch, errors: IO[bytes], prewarmer: WorkerPrewarmer | None) -> Iterator[Process]:
    """A worker for the block, ended with it: the one that waits for such a job, or a new one."""
    idle = prewarmer.take(launch) if prewarmer else None
    try:
        process = idle.process if idle else Process(launch, errors)
    except OSError as error:
        raise WorkerStartError(error) from None
    try:
        yield process
    finally:
        process.end()
        if idle:  # what it has said before it heard of the log
            with suppress(OSError), idle.errors as file:
                file.seek(0)
                errors.write(file.read())


def _converse(process: Process, order: bytes, lines: "SimpleQueue[bytes]") -> None:
    """In a thread: write the order to the worker, and collect the lines that it says; an empty one is the end."""
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # it died at its start: its exit code and its log say why
        process.stdin.write(order)
        process.stdin.flush()
    # Closed here alone: a child of the worker that has left its group may keep the pipe open, and this waiting.
    with suppress(OSError), process.events as pipe:
        while line := pipe.readline(MAX_EVENT_BYTES):
            lines.put(line)
    lines.put(b"")


def _lines(
    process: Process,
    lines: "SimpleQueue[bytes]",
    seconds: float | None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[bytes]:
    """The lines until the last one, or until the worker is gone: a child of it may keep the pipe open.

    Raises TimedOut where that takes more than `seconds`, Lost where it closes the pipe and lives on, KeyboardInterrupt
    once `stop` says True.
    """
    end = time.monotonic() + (math.inf if seconds is None else seconds)
    while (left := end - time.monotonic()) > 0:
        if stop():
            raise KeyboardInterrupt
        gone = process.poll() is not None
        try:
            line = lines.get(timeout=min(LOOK_SECONDS, left))
        except Empty:
            if gone:
                return
            continue
        if not line:
            if not process.has_ended(END_SECONDS):
                raise WorkerUnresponsive("killed, for the worker closed its pipe and did not end,")
            return
        yield line
    raise TimedOut("killed")


def _place(last: Event | None) -> str:
    match last:
        case None:
            return "before the framework was imported"
        case Started():
            return "before its first step was done"
        case Progressed(progress=at):
            return f"in epoch {at.epoch}, after step {at.step} of {at.steps}"
        case EpochEnded(result=result):
            return f"after epoch {result.epoch}"
    return "at its end"


def _describe_exit(code: int) -> str:
    if code >= 0:
        return f"the worker ended with exit code {code} before its job was done,"
    name = next((known.name for known in signal.Signals if known == -code), f"signal {-code}")
    return f"the worker was killed by {name}{f' ({OUTSIDE[name]})' if name in OUTSIDE else ''}"


def _last_lines(log: Path, said: int) -> str:
    """The last words that the worker has written to the log since it was `said` bytes long."""
    try:
        with log.open("rb") as file:
            file.seek(max(said, log.stat().st_size - LAST_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:  # somebody took it away
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"; its last words: {' / '.join(lines[-LAST_LINES:])[:500]} (all of them: {log.name})" if lines else ""
