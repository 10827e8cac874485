"""The engine of a Ray cluster: each job gets cores of some node, and a worker process there."""

from collections.abc import Sequence
from typing import ClassVar

from mnist_compare.backend import backends, find_backend
from mnist_compare.cluster.connection import Connection
from mnist_compare.cluster.handle import RayHandle
from mnist_compare.cluster.nodes import Nodes
from mnist_compare.cluster.sending import Parcel, Store
from mnist_compare.cluster.slots import Slots
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.interpreters.check import Interpreter
from mnist_compare.runner.engine import Engine, Handle, Setting, WorkerStartError
from mnist_compare.runner.place import Python
from mnist_compare.worker.job import Job


class RayEngine(Engine):
    """Places jobs on the Ray cluster at an address (HOST:PORT): by default the one that runs here, or a new one here.

    With `exclusive`, a node has one run at a time, whatever else it could hold. `inner` places a job on its node.
    """

    options: ClassVar[tuple[str, ...]] = ("address", "exclusive")
    retries: ClassVar[int] = 3

    def __init__(self, address: str | None = None, *, exclusive: bool = False, inner: str = "local") -> None:
        self.keeps_apart = exclusive
        self._connection = Connection(address)
        self._ray = self._connection.ray
        try:
            self._nodes = Nodes(self._ray)
        except BaseException:
            self._connection.close()
            raise
        self._slots = Slots(self._ray, exclusive=exclusive, engine=inner)
        self._store = Store(self._ray)

    def backends(self, python: Python) -> list[str]:
        """The frameworks that some node has."""
        _refuse(python)
        found = [name for name, one in backends().items() if not one.is_reference and self._nodes.of(name)]
        if not found:
            raise BackendError(
                "No node of the Ray cluster has a framework. Install one there, or give --backends numpy."
            )
        return found

    def interpreters(self, names: Sequence[str], python: Python) -> dict[str, Interpreter]:
        """Of each backend the interpreter of a node; those of the others have the same versions."""
        _refuse(python)
        return {name: self._nodes.interpreter(name) for name in dict.fromkeys(find_backend(one).name for one in names)}

    def threads(self, asked: int | None, jobs: int, device: str) -> int:
        """As many as the smallest node has cores, unless another number is asked for."""
        gpus, nodes = gpus_of(device), self._nodes.alive()
        if gpus and not any(node.gpus for node in nodes):
            raise UsageError("No node of the Ray cluster has a GPU to hand out. Leave --device out, or give cpu.")
        if asked and not any(node.cpus >= asked for node in nodes):
            told = ", ".join(f"{node.name}: {node.cpus}" for node in nodes)
            raise UsageError(f"No node of the Ray cluster has {asked} CPUs for a run ({told}). Give fewer --threads.")
        return asked or min(node.cores for node in nodes)

    def submit(self, job: Job, setting: Setting) -> Handle:
        """Send the job to a node that has its backend, once there is room."""
        try:
            parcel = Parcel(job, setting, self._store)
        except BackendError as error:
            raise WorkerStartError(error) from None
        return RayHandle(self._ray, self._nodes, self._slots, parcel, gpus_of(setting.device))

    def close(self) -> None:
        """Give all cores back, and leave the cluster."""
        self._slots.close()
        self._nodes.close()
        self._connection.close()


def gpus_of(device: str) -> int:
    """The GPUs that a run takes: `auto` is the CPU on a cluster."""
    if device.startswith("gpu:") and device != "gpu:0":
        raise UsageError(f"--device {device} names a GPU of one machine. On a cluster give gpu: each run gets one.")
    return int(device.startswith("gpu"))


def _refuse(python: Python) -> None:
    if python:
        raise UsageError(
            "--python names interpreters of this machine. With --engine ray each node names its own: in the "
            "mnist-compare.toml of the folder in which Ray was started there."
        )
