"""Several runs at a time: what is done in turn or at once, and stops together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress

from mnist_compare.records.record import Status
from mnist_compare.runner.engine import Cancelled

STOPPED = "stopped by the user"


class Stop:
    """Tells the runs that are trained at the same time to stop: `reason` is empty until they are to, and `status` is
    what their records say then.
    """

    reason: str = ""
    status: Status = Status.INTERRUPTED

    def __call__(self) -> bool:
        """Whether to stop."""
        return bool(self.reason)


def run_tasks(tasks: Sequence[Callable[[Stop], None]], jobs: int, stop: Stop | None = None) -> None:
    """Do the tasks in their order, so many at a time.

    The first exception of a task, or Ctrl-C, stops the others, and is raised once they have ended. Whoever has given
    the `stop` can end them in order: what has not begun is left out then, and nothing is raised.
    """
    stop = stop or Stop()
    if jobs == 1:
        for task in tasks:
            if not stop():
                with suppress(Cancelled):
                    task(stop)
        return

    def guarded(task: Callable[[Stop], None]) -> None:
        if not stop():
            try:
                task(stop)
            except BaseException:
                stop.reason = stop.reason or "stopped since another run could not go on"
                raise

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for done in as_completed([pool.submit(guarded, task) for task in tasks]):
                if (error := done.exception()) and not isinstance(error, Cancelled):
                    raise error
        except BaseException:
            stop.reason = stop.reason or STOPPED
            pool.shutdown(cancel_futures=True)
            raise
