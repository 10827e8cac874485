"""On a node: an actor that says what the node has, and keeps the files of a comparison there while it runs."""

import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir, mkdtemp

import msgspec
import psutil

from mnist_compare.errors import MnistCompareError
from mnist_compare.host.environment import physical_cores
from mnist_compare.host.source import source_sha256
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.check import Interpreter, find_interpreter

PREFIX = "mnist_compare-node-"


class NodeBackend(msgspec.Struct, frozen=True):
    """A node's interpreter for a backend, or the problem with it."""

    interpreter: Interpreter | None = None
    problem: str = ""


class NodeFacts(msgspec.Struct, frozen=True):
    """What a node has: its mnist_compare (version and source), physical cores, backends, and the folder for files."""

    mnist_compare: str
    source: str
    host: str
    cores: int
    folder: str
    backends: dict[str, NodeBackend]


class Keeper:
    """Lives as long as its driver. What one leaves that was killed, the next one of the node takes away."""

    def __init__(self) -> None:
        _tidy()
        self._folder = mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")

    def facts(self, backends: Sequence[str]) -> bytes:
        """The facts of this node, as JSON."""
        found = {name: _backend(name) for name in backends}
        source, host = source_sha256("mnist_compare"), socket.gethostname()
        return msgspec.json.encode(NodeFacts(__version__, source, host, physical_cores(), self._folder, found))

    def close(self) -> None:
        """Take the files away."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _backend(name: str) -> NodeBackend:
    """By the node's own settings: mnist-compare.toml of its folder, its interpreter, or one that `envs` has made."""
    try:
        return NodeBackend(find_interpreter(name))
    except MnistCompareError as error:
        return NodeBackend(problem=str(error))


def _tidy() -> None:
    """Take away what keepers have left that are no more."""
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
