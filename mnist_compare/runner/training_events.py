"""What a worker says of a run that it trains."""

from typing import ClassVar

from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.loop import Progress
from mnist_compare.records.record import Status
from mnist_compare.records.run_state import RunState
from mnist_compare.worker.events import Event


class Started(Event, frozen=True, tag="started"):
    """The framework is imported and the network is built on `device`; `execution` is what auto has come to. The log has
    `log_bytes` bytes by now.
    """

    device: str
    execution: str
    log_bytes: int = 0

    @property
    def place(self) -> str:
        """Before the first step."""
        return "before its first step was done"

    @property
    def logged(self) -> int:
        """The bytes of the log."""
        return self.log_bytes


class Progressed(Event, frozen=True, tag="progressed"):
    """Some steps are done."""

    progress: Progress

    @property
    def place(self) -> str:
        """The last step that was told of."""
        at = self.progress
        return f"in epoch {at.epoch}, after step {at.step} of {at.steps}"


class EpochEnded(Event, frozen=True, tag="epoch_ended"):
    """An epoch is trained, evaluated and saved."""

    result: EpochResult

    @property
    def place(self) -> str:
        """The epoch."""
        return f"after epoch {self.result.epoch}"


class Ended(Event, frozen=True, tag="ended"):
    """The run is over, well or not, or this process's part of it; `load_after` is the load average by then."""

    is_last: ClassVar[bool] = True
    status: Status
    reason: str
    state: RunState
    load_after: float | None = None
