"""What the server knows of the worker of a network: it is started, asked, and started again where it dies."""

import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from mnist_compare.errors import MnistCompareError
from mnist_compare.runner.engine import Engine, Handle, Setting, WorkerStartError, WorkerUnresponsive
from mnist_compare.serve.messages import HOST, Answer, Channel, ChannelClosed, Predict, Predicted, Question, accept
from mnist_compare.serve.serve_job import ServeJob
from mnist_compare.worker.events import Failed

MOST_TOGETHER = 64
"""Images that a worker is asked for at once."""
LOOK_SECONDS = 0.2
START_SECONDS = 300.0
ANSWER_SECONDS = 30.0
PAUSES = (0.0, 0.5, 2.0, 5.0, 10.0)
"""Seconds before a worker is started again: after so many starts in a row of which none has answered, no more."""


class State(StrEnum):
    """What a network is doing."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"


class WorkerGone(Exception):
    """The worker does not answer: it starts, or has died over the question."""


class _Lost(Exception):
    """The worker is gone, for the reason that this says."""


class _Asked(NamedTuple):
    question: Question
    answer: "Future[Answer]"


class NetworkWorker:
    """The worker of a network: `job` makes its job for a port and a secret. Questions that wait go together.

    `asked` is when the last question came that was not patient, by the monotonic clock.
    """

    def __init__(self, engine: Engine, job: Callable[[int, str], ServeJob], setting: Setting) -> None:
        self._engine, self._job, self._setting = engine, job, setting
        self._changed = threading.Condition()
        self._urgent: deque[_Asked] = deque()
        self._patient: deque[_Asked] = deque()
        self._closing = False
        self._answered = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.state = State.STARTING
        self.reason = ""
        self.restarts = 0
        self.asked = -float("inf")

    def start(self) -> None:
        """Let the worker begin; this returns at once."""
        self._thread.start()

    def fail(self, reason: str) -> None:
        """Let there be no worker, for this reason."""
        self.state, self.reason = State.FAILED, reason

    def ask(self, question: Question, *, patient: bool = False) -> "Future[Answer]":
        """The answer that will come; WorkerGone where none does. A patient question waits for all others."""
        answer: Future[Answer] = Future()
        self.asked = self.asked if patient else time.monotonic()
        with self._changed:
            if self.state is not State.READY:
                answer.set_exception(WorkerGone())
            else:
                (self._patient if patient else self._urgent).append(_Asked(question, answer))
                self._changed.notify()
        return answer

    def close(self) -> None:
        """End the worker."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def wait(self, seconds: float) -> bool:
        """Whether it is closed within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closing, seconds)

    def _run(self) -> None:
        failures = 0
        while True:
            self._answered = False
            try:
                with self._connected() as (handle, channel):
                    self._change(State.READY)
                    self._converse(handle, channel)
                self._change(State.FAILED, "the server ends")
                return
            except _Lost as lost:
                failures = 1 if self._answered else failures + 1
                self.restarts += 1
                self._change(State.RESTARTING, str(lost))
            if failures > len(PAUSES):
                self._change(State.FAILED, f"{self.reason} (so it was {failures} times in a row)")
                return
            if self.wait(PAUSES[failures - 1]):
                return

    def _change(self, state: State, reason: str = "") -> None:
        """Enter a state; who waits for an answer from another one than READY gets none."""
        with self._changed:
            self.state, self.reason = state, reason
            waiting = [] if state is State.READY else [*self._urgent, *self._patient]
            if waiting:
                self._urgent.clear()
                self._patient.clear()
        for asked in waiting:
            _refuse(asked)

    @contextmanager
    def _connected(self) -> Iterator[tuple[Handle, Channel]]:
        """A new worker that has loaded its network; raises _Lost where it is not to be had."""
        secret = secrets.token_urlsafe(32)
        try:
            with socket.create_server((HOST, 0), backlog=8) as listener:
                listener.settimeout(LOOK_SECONDS)
                handle = self._engine.submit(self._job(listener.getsockname()[1], secret), self._setting)
                with handle:
                    channel = self._accept(listener, secret, handle)
                    with channel:
                        yield handle, channel
        except (WorkerStartError, MnistCompareError, OSError) as error:
            raise _Lost(f"the worker cannot be started: {error}") from None

    def _accept(self, listener: socket.socket, secret: str, handle: Handle) -> Channel:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            self._look(handle)
            if self._closing:
                raise _Lost("the server ends")
            channel = accept(listener, secret, ANSWER_SECONDS)
            if channel:
                return channel
        raise _Lost(f"the worker has not loaded its network within {START_SECONDS:g} s")

    def _look(self, handle: Handle) -> None:
        """Raise _Lost where the worker has ended, or says that it has failed."""
        try:
            event = handle.next_event(0)
            while event is not None:
                if event.is_last:
                    raise _Lost(event.reason if isinstance(event, Failed) else "the worker has ended")
                event = handle.next_event(0)
        except WorkerUnresponsive as error:
            raise _Lost(f"{error} while it served{error.words}") from None

    def _converse(self, handle: Handle, channel: Channel) -> None:
        """Ask the worker what is asked, until the server ends; raises _Lost."""
        while True:
            together = self._next()
            try:
                if self._closing:
                    return
                self._look(handle)
                if together:
                    channel.send(_joined([asked.question for asked in together]))
                    answer: Answer = channel.receive(Answer)  # type: ignore[arg-type]
                    self._answered = True
                    _deliver(together, answer)
            except ChannelClosed as error:
                self._look_again(handle)
                raise _Lost(f"the worker gives no answer ({error})") from None
            finally:
                for asked in together:
                    _refuse(asked)  # but for those that have their answer

    def _look_again(self, handle: Handle) -> None:
        """Raise _Lost with what a worker that has just died says of that; it takes the system a moment."""
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            self._look(handle)
            time.sleep(0.02)

    def _next(self) -> list[_Asked]:
        """The questions that go together next; none where there is none for some time."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._urgent or self._patient, LOOK_SECONDS)
            if not self._urgent:
                return [self._patient.popleft()] if self._patient else []
            first = self._urgent.popleft()
            question = first.question
            if not isinstance(question, Predict):
                return [first]
            together, images = [first], question.count
            for asked in list(takewhile(lambda one: _goes_with(one.question, question), self._urgent)):
                images += getattr(asked.question, "count", 0)
                if images > MOST_TOGETHER:
                    break
                together.append(self._urgent.popleft())
            return together


def _goes_with(question: Question, first: Predict) -> bool:
    return isinstance(question, Predict) and question.epoch == first.epoch


def _joined(questions: list[Question]) -> Question:
    """One question in place of several that go together."""
    first = questions[0]
    if len(questions) == 1 or not isinstance(first, Predict):
        return first
    parts = [one for one in questions if isinstance(one, Predict)]
    return Predict(first.epoch, sum(one.count for one in parts), b"".join(one.pixels for one in parts))


def _deliver(together: list[_Asked], answer: Answer) -> None:
    """Give each the part of the answer that is its own."""
    start = 0
    for asked in together:
        own = answer
        if isinstance(answer, Predicted) and isinstance(asked.question, Predict):
            end = start + asked.question.count
            chances = answer.probabilities
            own = Predicted(answer.classes[start:end], None if chances is None else chances[start:end], answer.seconds)
            start = end
        with suppress(Exception):  # nobody waits for it any more
            asked.answer.set_result(own)


def _refuse(asked: _Asked) -> None:
    with suppress(Exception):
        asked.answer.set_exception(WorkerGone())
