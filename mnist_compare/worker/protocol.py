"""What goes between the program and a worker process: one order on its stdin, events on a pipe, all JSON lines."""

import msgspec

from mnist_compare.certify.finding import Finding, Untraced
from mnist_compare.certify.trace import TraceSpec
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.loop import Progress
from mnist_compare.io.files import FileId
from mnist_compare.records.results import RunSpec, Status
from mnist_compare.records.run_state import RunState


class TrainJob(msgspec.Struct, frozen=True, tag="train"):
    """Execute a run: its images lie in the folder `arrays`; checkpoints go to the folder `checkpoints`, whose id is
    `folder`: another one in its place is left alone.

    `standing` is how far the run has come already: it goes on from the checkpoint that it names. `until` is the number
    of epochs after which this process stops (None: the recipe's).
    """

    spec: RunSpec
    arrays: str
    checkpoints: str
    state: RunState
    until: int | None = None
    folder: FileId | None = None

    @property
    def backend(self) -> str:
        """The backend that trains."""
        return self.spec.backend


class PredictJob(msgspec.Struct, frozen=True, tag="predict"):
    """Load a checkpoint and give the outputs for images uint8 [N, 28, 28], nested lists."""

    backend: str
    checkpoint: str
    images: list[list[list[int]]]
    device: str


class ProbeJob(msgspec.Struct, frozen=True, tag="probe"):
    """Import the backend's framework, see its GPUs, and train one step."""

    backend: str


class TraceJob(msgspec.Struct, frozen=True, tag="trace"):
    """Train as the spec says, on the images in the folder `arrays`, and write the trace to the file `output`."""

    spec: TraceSpec
    arrays: str
    output: str

    @property
    def backend(self) -> str:
        """The backend that trains."""
        return self.spec.run.backend


class CheckJob(msgspec.Struct, frozen=True, tag="check"):
    """Write a trace of every small case into the folder; with `suite`, also ask everything that backends are asked."""

    backend: str
    folder: str
    suite: bool


Job = TrainJob | PredictJob | ProbeJob | TraceJob | CheckJob


class JobRequest(msgspec.Struct, frozen=True):
    """All that a worker is told: its job, and the file, with its id, to which its stderr goes from now on."""

    job: Job
    log: str
    log_id: FileId | None = None


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The framework is imported and the network is built on `device`; `execution` is what auto has come to. The log has
    `logged` bytes by now.
    """

    device: str
    execution: str
    logged: int = 0


class Progressed(msgspec.Struct, frozen=True, tag="progressed"):
    """Some steps are done."""

    progress: Progress


class EpochEnded(msgspec.Struct, frozen=True, tag="epoch_ended"):
    """An epoch is trained, evaluated and saved."""

    result: EpochResult


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The run is over, well or not, or this process's part of it."""

    status: Status
    reason: str
    state: RunState


class Predicted(msgspec.Struct, frozen=True, tag="predicted"):
    """Digits [N], outputs [N, 10] or [N, 1], and probabilities [N, 10] where there are logits."""

    digits: list[int]
    outputs: list[list[float]]
    probabilities: list[list[float]] | None


class Probed(msgspec.Struct, frozen=True, tag="probed"):
    """The framework works here."""

    gpus: int
    seconds: float


class Traced(msgspec.Struct, frozen=True, tag="traced"):
    """A trace is written. `seconds` are of the training alone; `versions` are the backend's distributions."""

    seconds: float
    device: str
    versions: dict[str, str]


class Checked(msgspec.Struct, frozen=True, tag="checked"):
    """The traces are written, but for the cases that were not (case -> reason), and the suite has found what it has."""

    untraced: dict[str, Untraced]
    findings: list[Finding]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A job that is no run has failed."""

    reason: str


Event = Started | Progressed | EpochEnded | Ended | Predicted | Probed | Traced | Checked | Failed
EVENT_DECODER = msgspec.json.Decoder(Event)
REQUEST_DECODER = msgspec.json.Decoder(JobRequest)
