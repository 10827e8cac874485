"""Where a run stands: all that is known of it beside its weights, kept next to every checkpoint.

With both files a run that was interrupted goes on, to the same bits as one that was not. A state counts only
together with the checkpoint that it names, and neither counts when a bit of it is wrong.
"""

from hashlib import sha256
from pathlib import Path

import msgspec

from mnist_compare.errors import OutputError
from mnist_compare.experiment.checkpoint import MAX_CHECKPOINT_BYTES, file_sha256
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluation import Evaluation
from mnist_compare.experiment.loop import checkpoint_files
from mnist_compare.experiment.training_state import PartialEpoch
from mnist_compare.io.files import write_file
from mnist_compare.io.reading import file_size, read_file
from mnist_compare.records.latency import Latency
from mnist_compare.records.timing import Times

MAX_RUN_STATE_BYTES = 200_000_000
MISSING = " missing"


class RunState(msgspec.Struct, frozen=True):
    """How far a run has come, over all processes that had a part in it.

    `key` is the run's; `used_device`, `used_execution`, `used_threads` and `passes` are empty or 0 until a worker says
    them; of a relay, `passes` are those of all its backends;
    `images` are those that were trained in `times.training`; `weights` is the file name of the last checkpoint;
    `other_cores` are the cores that other processes of the machine kept busy meanwhile, on average over the process in
    which that was most; `resumed` counts how often the run was taken up again, `jobs` the runs at a time at most.
    `partial` is the epoch under way, `test` the evaluation after the last, and `train` that of all training images,
    where they were looked at after the last, or after `best_epoch` with early stopping; `latency` was measured once
    all epochs were done. `best_weights` is the checkpoint of the best epoch so far, where early stopping keeps one.
    """

    key: str
    used_device: str = ""
    used_execution: str = ""
    used_threads: int = 0
    passes: tuple[str, ...] = ()
    history: list[EpochResult] = []
    partial: PartialEpoch = PartialEpoch()
    test: Evaluation | None = None
    train: Evaluation | None = None
    best_epoch: int | None = None
    best_weights: str | None = None
    times: Times = Times()
    images: int = 0
    weights: str | None = None
    weights_sha256: str | None = None
    peak_memory_bytes: int = 0
    device_memory_bytes: int | None = None
    other_cores: float | None = None
    resumed: int = 0
    jobs: int = 1
    latency: list[Latency] = []

    @property
    def images_per_second(self) -> float | None:
        """Speed of steady training; None before there was any."""
        return self.images / self.times.training if self.times.training else None


def write_run_state(folder: Path, state: RunState) -> None:
    """Write it beside the checkpoint that it names, a checksum first; raises OutputError where that fails."""
    assert state.weights is not None
    content = msgspec.json.encode(state)
    path = (folder / state.weights).with_suffix(".json")
    write_file(path, sha256(content).hexdigest().encode() + b"\n" + content + b"\n")


def find_run_state(folder: Path, key: str) -> tuple[RunState | None, list[str]]:
    """The last whole state of the run in the folder (None: none), and the names of newer files that are damaged.

    A name that ends in MISSING is of a file that is gone.
    """
    damaged: list[str] = []
    for path in reversed(checkpoint_files(folder, ".json")):
        checkpoint, state = path.with_suffix(".safetensors"), _read(path)
        if state is None:
            damaged.append(path.name)
        elif state.key != key or state.weights != checkpoint.name:
            continue
        elif not checkpoint.exists():
            damaged.append(checkpoint.name + MISSING)
        elif state.best_weights and not (folder / state.best_weights).exists():
            damaged.append(state.best_weights + MISSING)
        elif _sha256(checkpoint) != state.weights_sha256:
            damaged.append(checkpoint.name)
        else:
            return state, damaged
    return None, damaged


def _read(path: Path) -> RunState | None:
    try:
        checksum, _, content = read_file(path, MAX_RUN_STATE_BYTES).removesuffix(b"\n").partition(b"\n")
        if sha256(content).hexdigest().encode() != checksum:
            return None
        return msgspec.json.decode(content, type=RunState)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _sha256(path: Path) -> str:
    try:
        file_size(path, MAX_CHECKPOINT_BYTES)
        return file_sha256(path)
    except OSError as error:
        raise OutputError(f"Cannot read {path}: {error.strerror}.") from None
