"""What goes between the program and a worker process: one job on its stdin, events as JSON lines on its stdout."""

import msgspec

from mnist_compare.evaluation import Evaluation
from mnist_compare.fitting import Progress
from mnist_compare.results import EpochResult, RunSpec, Status, Times


class TrainJob(msgspec.Struct, frozen=True, tag="train"):
    """Execute a run: its images lie in the folder `arrays`; checkpoints go to the folder `checkpoints`.

    `spawned` is the time (seconds since 1970) at which the process was started.
    """

    spec: RunSpec
    arrays: str
    checkpoints: str
    spawned: float


class PredictJob(msgspec.Struct, frozen=True, tag="predict"):
    """Load a checkpoint and give the outputs for images uint8 [N, 28, 28], nested lists."""

    backend: str
    checkpoint: str
    images: list[list[list[int]]]
    device: str


class ProbeJob(msgspec.Struct, frozen=True, tag="probe"):
    """Import the backend's framework, see its GPUs, and train one step."""

    backend: str


Job = TrainJob | PredictJob | ProbeJob


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The framework is imported and the network is built on `device`."""

    device: str


class Progressed(msgspec.Struct, frozen=True, tag="progressed"):
    """Some steps are done."""

    progress: Progress


class EpochEnded(msgspec.Struct, frozen=True, tag="epoch_ended"):
    """An epoch is trained, evaluated and saved."""

    result: EpochResult


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The run is over, well or not. `weights` is the file name of the last checkpoint."""

    status: Status
    reason: str
    times: Times
    images_per_second: float | None
    test: Evaluation | None
    weights: str | None
    weights_sha256: str | None
    peak_memory_bytes: int
    device_memory_bytes: int | None


class Predicted(msgspec.Struct, frozen=True, tag="predicted"):
    """Digits [N], outputs [N, 10] or [N, 1], and probabilities [N, 10] where there are logits."""

    digits: list[int]
    outputs: list[list[float]]
    probabilities: list[list[float]] | None


class Probed(msgspec.Struct, frozen=True, tag="probed"):
    """The framework works here."""

    gpus: int
    seconds: float


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A job that is no run has failed."""

    reason: str


Event = Started | Progressed | EpochEnded | Ended | Predicted | Probed | Failed
EVENT_DECODER = msgspec.json.Decoder(Event)
JOB_DECODER = msgspec.json.Decoder(Job)
