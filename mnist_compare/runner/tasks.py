"""Several runs at a time: what is done in turn or at once, and stops together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from mnist_compare.runner.engine import Cancelled

STOPPED = "stopped by the user"


class Stop:
    """Tells the runs that are trained at the same time to stop: `reason` is empty until they are to."""

    reason: str = ""

    def __call__(self) -> bool:
        """Whether to stop."""
        return bool(self.reason)


def run_tasks(tasks: Sequence[Callable[[Stop], None]], jobs: int) -> None:
    """Do the tasks in their order, so many at a time.

    The first exception of a task, or Ctrl-C, stops the others, and is raised once they have ended.
    """
    stop = Stop()
    if jobs == 1:
        for task in tasks:
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
