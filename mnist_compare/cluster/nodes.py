"""The nodes of a cluster, as the driver knows them: each is asked what it has before anything is placed on it."""

import time
from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

import msgspec

from mnist_compare.backend import backends
from mnist_compare.cluster.connection import shows_token
from mnist_compare.cluster.keeper import Keeper, NodeFacts
from mnist_compare.document.words import listing
from mnist_compare.errors import BackendError
from mnist_compare.host.source import source_sha256
from mnist_compare.host.version import __version__
from mnist_compare.interpreters.check import Interpreter

ANSWER_SECONDS = 120.0  # a Python that starts on a busy machine, and looks at the interpreters that are named there
LOOK_SECONDS = 2.0
NODE_LABEL = "ray.io/node-id"
INSTALL = "Install the same mnist_compare where Ray was started there, and start Ray again."
NO_TOKEN = (
    "Where the cluster was started without a token, and this machine has one (~/.ray/auth_token), set "
    "RAY_AUTH_MODE=disabled for this command."
)


class Node(NamedTuple):
    """A node that can train: its id and its name, what Ray hands out of it, its keeper, and its facts."""

    id: str
    name: str
    cpus: int
    gpus: int
    keeper: Any
    facts: NodeFacts

    @property
    def cores(self) -> int:
        """The CPUs that a run may have: those that Ray hands out, and no more than there are physical cores."""
        return min(self.cpus, self.facts.cores)

    def interpreter(self, backend: str) -> Interpreter | None:
        """The node's own for the backend, where it can be used."""
        return self.facts.backends[backend].interpreter


def on(nodes: Sequence[str]) -> dict[str, str]:
    """Ray's selector of the nodes with these ids."""
    return {NODE_LABEL: f"in({','.join(nodes)})"}


class Nodes:
    """Those that are alive and have CPUs. One that joins later is asked when it is seen; a broken one is left out then,
    whereas the first look raises BackendError.
    """

    def __init__(self, ray: Any) -> None:
        self._ray, self._looking = ray, Lock()
        self._known: dict[str, Node] = {}
        self._refused: set[str] = set()
        self._alive: list[Node] = []
        self._looked = 0.0
        self._look(strict=True)
        if not self._alive:
            raise BackendError(
                "No node of the Ray cluster has a CPU to hand out. Add one: ray start --address HOST:PORT"
            )

    def alive(self) -> list[Node]:
        """Those that are alive now, or were a moment ago."""
        with self._looking:
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self._look()
            return self._alive

    def of(self, backend: str) -> list[Node]:
        """Those of them that have the backend."""
        return [node for node in self.alive() if node.interpreter(backend)]

    def interpreter(self, backend: str) -> Interpreter:
        """One that stands for all nodes with the backend; raises BackendError where none has it, or they differ."""
        nodes = self.of(backend)
        if not nodes:
            told = "; ".join(f"{node.name}: {node.facts.backends[backend].problem}" for node in self.alive())
            raise BackendError(f"No node of the Ray cluster can run backend {backend!r}. {told}")
        found = {node.name: one for node in nodes if (one := node.interpreter(backend))}
        versions = {name: (one.versions, one.libraries, one.source) for name, one in found.items()}
        first = next(iter(versions.values()))
        if others := [name for name, own in versions.items() if own != first]:
            told = "; ".join(f"{name}: {_versions(one)}" for name, one in found.items())
            raise BackendError(
                f"Backend {backend!r} is not the same on all nodes ({told}), and numbers follow from versions. "
                f"Install the same on {listing(others)}, or take it away there."
            )
        return next(iter(found.values()))

    def close(self) -> None:
        """Take away what is kept on them."""
        closing = [node.keeper.close.remote() for node in self._known.values() if node in self._alive]
        self._ray.wait(closing, num_returns=len(closing), timeout=LOOK_SECONDS) if closing else None
        for node in self._known.values():
            self._ray.kill(node.keeper)

    def _look(self, *, strict: bool = False) -> None:
        there = {node["NodeID"]: node for node in self._ray.nodes() if node["Alive"] and node["Resources"].get("CPU")}
        asked = {id_: self._ask(id_) for id_ in there if id_ not in self._known and id_ not in self._refused}
        for id_, (keeper, answer) in asked.items():
            try:
                self._known[id_] = self._node(there[id_], keeper, answer)
            except BackendError:
                if strict:
                    raise
                self._refused.add(id_)
        self._alive = [node for id_, node in self._known.items() if id_ in there]
        self._looked = time.monotonic()

    def _ask(self, id_: str) -> tuple[Any, Any]:
        kind = self._ray.remote(Keeper).options(num_cpus=0, label_selector=on([id_]))
        keeper = kind.remote()
        return keeper, keeper.facts.remote(list(backends()))

    def _node(self, told: dict[str, Any], keeper: Any, answer: Any) -> Node:
        name = f"{told['NodeManagerHostname']} ({told['NodeManagerAddress']})"
        try:
            found = self._ray.get(answer, timeout=ANSWER_SECONDS)
        except self._ray.exceptions.GetTimeoutError:
            raise BackendError(f"Node {name} of the Ray cluster has not answered in {ANSWER_SECONDS:.0f} s.") from None
        except self._ray.exceptions.RayError as error:
            remedy = f"{INSTALL} {NO_TOKEN}" if shows_token() else INSTALL
            raise BackendError(f"Node {name} of the Ray cluster cannot start: {_last_line(error)}. {remedy}") from None
        theirs = msgspec.json.decode(found)
        if theirs.get("mnist_compare") != __version__:
            problem = f"has mnist_compare {theirs.get('mnist_compare')}, and this one is {__version__}"
            raise BackendError(f"Node {name} of the Ray cluster {problem}. {INSTALL}")
        if theirs.get("source") != source_sha256("mnist_compare"):
            problem = f"has a mnist_compare {__version__} whose source is not the same as here"
            raise BackendError(f"Node {name} of the Ray cluster {problem}. {INSTALL}")
        facts = msgspec.json.decode(found, type=NodeFacts)
        resources = told["Resources"]
        return Node(told["NodeID"], name, int(resources["CPU"]), int(resources.get("GPU", 0)), keeper, facts)


def _versions(interpreter: Interpreter) -> str:
    return ", ".join(f"{name} {version}" for name, version in (interpreter.versions | interpreter.libraries).items())


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = [line for line in lines if "Error" in line]
    return (named or lines or [type(error).__name__])[-1][:300].rstrip(".")
