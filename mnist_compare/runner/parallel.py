"""Several processes that train one network together: what is asked for, and what can be done."""

from collections.abc import Iterable, Sequence

from mnist_compare.backend import find_backend, relay_members
from mnist_compare.document.words import plural, span
from mnist_compare.errors import UsageError
from mnist_compare.host.environment import physical_cores
from mnist_compare.recipe.mode import MATCHED
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.axes import Axes
from mnist_compare.runner.request import DEFAULTS

MAX_PROCESSES = 64


def processes_in(given: int | Sequence[int]) -> tuple[int, ...]:
    """The numbers of processes that are asked for, each once; raises UsageError for one that cannot be."""
    found = (given,) if isinstance(given, int) else tuple(given)
    if not found or any(not 1 <= number <= MAX_PROCESSES for number in found) or len(set(found)) < len(found):
        told = ", ".join(map(str, found)) or "none"
        raise UsageError(f"processes must be from 1 to {MAX_PROCESSES}, each number once (they are {told}).")
    return found


def check_processes(axes: Axes, jobs: int, threads: int) -> None:
    """Raise UsageError where the runs cannot be trained by as many processes as are asked for."""
    most = max(axes.processes)
    if most == 1:
        return
    told, cores = plural(most, "process"), physical_cores()
    if most * jobs > cores:
        crowd = f"{jobs} runs at a time of {told} each need" if jobs > 1 else f"{told} need"
        raise UsageError(
            f"{crowd} {most * jobs} cores, and this machine has {plural(cores, 'physical core')} to use: they would "
            "wait for each other. Take fewer processes, or fewer jobs."
        )
    if threads < most:
        raise UsageError(
            f"{told} share {plural(threads, 'thread')}: each needs one at least. Give --threads {most}, or fewer "
            "processes."
        )
    for recipe in (recipe for _, recipe in axes.trainings if recipe.batch_size < most):
        raise UsageError(
            f"Recipe {recipe.name!r} has batches of {plural(recipe.batch_size, 'image')}, which {told} cannot share. "
            f"Take fewer processes, or --batch-size {most} or more."
        )
    if axes.modes != (MATCHED,) or axes.attribute == DEFAULTS:
        raise UsageError(
            "Several processes train in matched mode alone: in native mode each would draw dropout of its own. Leave "
            "--mode and --attribute defaults out, or --processes."
        )
    _check_backends(axes.backends)


def sharing_notes(specs: Iterable[RunSpec]) -> tuple[str, ...]:
    """What is done with batches that the processes cannot share evenly, a sentence for each size."""
    sizes = {
        (spec.processes, size)
        for spec in specs
        for size in (spec.recipe.batch_size, spec.data.train_size % spec.recipe.batch_size)
    }
    return tuple(_sharing(count, size) for count, size in sorted(sizes) if size % count)


def _check_backends(backends: Iterable[str]) -> None:
    for name in backends:
        if len(relay_members(name)) > 1:
            raise UsageError("A relay trains in one process at a time: leave --relay out, or --processes.")
        if not find_backend(name).data_parallel:
            raise UsageError(
                f"Backend {name!r} trains in one process alone. Leave --processes out, or name other backends."
            )


def _sharing(count: int, size: int) -> str:
    told, share = f"A batch of {plural(size, 'image')} is shared out among {count} processes", size // count
    if not share:
        return f"{told}: those without an image compute with the first one, and it counts nothing in their gradients."
    return (
        f"{told}, {span(str(share), str(share + 1))} each. Losses are weighted by that, so that the gradient is the "
        "mean over the batch."
    )
