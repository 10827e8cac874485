"""A small Ray cluster for tests: nodes that are started, and killed, as a user's are."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import psutil

RAY = Path(sys.executable).with_name("ray")
LOOPBACK = "127.0.0.1"
MEMORY = 80_000_000  # bytes of each node's object store
START_SECONDS = 60
STARTED = "Ray runtime started"
TOKEN = Path.home() / ".ray" / "auth_token"


class RayNodes:
    """The head of a cluster, and further nodes, as long as the context lasts."""

    def __init__(self, host=LOOPBACK, port=None):
        self.port = port or free_port()
        self.address = f"{host}:{self.port}"
        # A short path, for that of a socket has 107 bytes at most.
        self.folder = Path(mkdtemp(prefix="ray-", dir="/tmp" if os.name == "posix" else None))
        self.nodes = []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for node in self.nodes:
            kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, cpus, *options, prefix=(), cwd=None, **variables):
        """A node with so many CPUs; the first one is the head. It starts in the folder `cwd`."""
        where = ("--address", self.address) if self.nodes else self._head()
        command = [*prefix, sys.executable, str(RAY), "start", "--block", *where, "--num-cpus", str(cpus), *options]
        command += ["--object-store-memory", str(MEMORY), "--disable-usage-stats"]
        log = self.folder / f"node-{len(self.nodes)}.txt"
        node = subprocess.Popen(
            command,
            cwd=cwd or self.folder,
            env={**os.environ, **variables_of_nodes(), **variables},
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.nodes.append(node)
        end = time.monotonic() + START_SECONDS
        while STARTED not in (said := log.read_text()):
            if node.poll() is not None or time.monotonic() > end:
                raise AssertionError(said)
            time.sleep(0.1)
        return node

    def _head(self):
        return (
            *("--head", "--port", str(self.port), "--node-ip-address", self.address.partition(":")[0]),
            *("--include-dashboard", "false", "--ray-client-server-port", str(free_port())),
            *("--temp-dir", str(self.folder / "r")),
        )


def import_paths():
    """PYTHONPATH for nodes that import what this process does."""
    return os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))


def variables_of_nodes():
    """Where this user has a token for Ray's clusters, the head asks for it: then every node must show it."""
    mode = "token" if TOKEN.exists() else "disabled"
    return {"RAY_AUTH_MODE": mode, "RAY_SCHEDULER_EVENTS": "0", "RAY_worker_niceness": "0"}


def kill(node):
    """SIGKILL to all processes of a node at once."""
    with suppress(psutil.Error):
        family = [*psutil.Process(node.pid).children(recursive=True), psutil.Process(node.pid)]
        for process in family:
            with suppress(psutil.Error):
                process.kill()
    node.wait()


def free_port():
    """One that nobody listens on, beyond those that Ray gives its workers."""
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return found.getsockname()[1]


def below(nodes, word):
    """The processes of the nodes whose command line has this word."""
    found = []
    for node in nodes:
        with suppress(psutil.Error):
            for process in psutil.Process(node.pid).children(recursive=True):
                with suppress(psutil.Error):
                    if word in " ".join(process.cmdline()):
                        found.append(process)
    return found
