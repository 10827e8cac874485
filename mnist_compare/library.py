"""The comparison as one function."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mnist_compare.architecture import Architecture
from mnist_compare.runner.ahead import Ahead
from mnist_compare.runner.comparison import Comparison, run_comparison
from mnist_compare.runner.execution import Observer
from mnist_compare.runner.plan import Request, make_plan, output_folder


def compare(
    backends: Sequence[str] = (),
    architectures: Sequence[str | Path | Architecture] = ("cnn",),
    *,
    output: str | Path | None = None,
    name: str | None = None,
    force: bool = False,
    timeout: float | None = None,
    observer: Observer | None = None,
    **options: Any,
) -> Comparison:
    """Train the architectures in every backend, each run in a process of its own, and give the records.

    `backends` are names (default: all installed frameworks); `architectures` are names, paths of TOML files, or
    values. The folder is `output`, or reports/`name`, or one under reports/ that is named after what is asked;
    runs that it holds already are kept (`force` repeats them), and those that were interrupted go on. A run that
    takes longer than `timeout` seconds is killed.

    Options, as on the command line: recipe (a name or a Recipe), epochs (a number or "documented"; default 3, or
    those of a Recipe of your own), modes, relay, seeds, dataset (a name, path or Dataset), train_size, test_size,
    validation, subset_seed, device, execution, threads, jobs, precision, normalization, batch_size, learning_rate,
    optimizer, schedule, shuffle, python (a dict: backend -> its interpreter, or its environment's folder). Raises the
    errors of `mnist_compare.errors`; a run that fails is a record with its status and reason.
    """
    listed = [backends] if isinstance(backends, str) else backends
    networks = [architectures] if isinstance(architectures, str | Path | Architecture) else architectures
    if "seeds" in options:
        options["seeds"] = tuple(options["seeds"])
    with Ahead() as ahead:
        plan = make_plan(Request(tuple(listed), tuple(networks), **options), ahead, output, name)
        folder = output_folder(plan, output, name)
        return run_comparison(plan, folder, observer, force=force, timeout=timeout, ahead=ahead)
