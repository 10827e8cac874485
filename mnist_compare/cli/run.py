"""`run`: train, compare, report."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from mnist_compare.errors import UsageError
from mnist_compare.results import Record, Status
from mnist_compare.runner.comparison import Comparison, run_comparison
from mnist_compare.runner.plan import DEFAULT_EPOCHS, Request, make_plan, output_folder

MAX_SEEDS = 10_000


def _names(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(name.strip() for item in value for name in item.split(",") if name.strip())
    if value and not names:
        raise UsageError(f"{param.opts[0]} was given no name.")
    return names


def _seeds(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        seeds: list[int] = []
        for part in value.split(","):
            first, dash, last = part.strip().partition("-")
            stop = int(last) if dash else int(first)
            if stop - int(first) >= MAX_SEEDS:
                raise UsageError(f"--seeds: {part} is more than {MAX_SEEDS:,} seeds.")
            seeds += range(int(first), stop + 1)
    except ValueError:
        raise UsageError(f"--seeds takes whole numbers and ranges, such as 0,1,2 or 0-4 (it is {value!r}).") from None
    return tuple(seeds)


def _epochs(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    if value == "documented":
        return None
    try:
        return int(value)
    except ValueError:
        raise UsageError(f"--epochs takes a whole number, or `documented` (it is {value!r}).") from None


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
OPTIONS: list[Decorator] = [
    click.option("--backends", "-b", multiple=True, callback=_names, help="Comma-separated: torch, keras, paddle, numpy. Default: all installed frameworks."),
    click.option("--architectures", "-a", multiple=True, default=("cnn",), callback=_names, help="Comma-separated names or .toml files, or all.", show_default="cnn"),
    click.option("--recipe", help="Name of a documented recipe, or a .toml file. Default: the one documented for each network."),
    click.option("--epochs", "-e", default=str(DEFAULT_EPOCHS), callback=_epochs, help="Number of epochs, or `documented`.", show_default=True),
    click.option("--seeds", "-s", default="0", callback=_seeds, help="Seeds, such as 0,1,2 or 0-4.", show_default=True),
    click.option("--dataset", default="mnist", help="mnist, a folder of IDX files, or an .npz file.", show_default=True),
    click.option("--train-size", type=int, help="Train on a stratified subset of this size."),
    click.option("--test-size", type=int, help="Test on a stratified subset of this size."),
    click.option("--validation", type=int, default=0, help="Split this many images off the training set.", show_default=True),
    click.option("--subset-seed", type=int, default=0, help="Seed of the subsets.", show_default=True),
    click.option("--device", default="auto", help="auto, cpu, gpu or gpu:N.", show_default=True),
    click.option("--threads", type=int, help="CPU threads of every framework. Default: the physical cores."),
    click.option("--precision", type=click.Choice(["float32", "float64", "bfloat16"]), help="Default: the recipe's, float32."),
    click.option("--normalization", type=click.Choice(["unit", "standard"]), help="Pixels from 0 to 1, or with mean 0 and deviation 1."),
    click.option("--batch-size", type=int, help="Instead of the recipe's."),
    click.option("--learning-rate", "--lr", type=float, help="Instead of the recipe's."),
    click.option("--optimizer", help="sgd, momentum, nesterov, adam or adamw, instead of the recipe's."),
    click.option("--schedule", help="constant, step, cosine or one_cycle, instead of the recipe's."),
    click.option("--shuffle/--no-shuffle", default=None, help="Instead of the recipe's."),
]  # fmt: skip


def _with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        function = option(function)
    return function


@click.command("run")
@_with_options
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder of the comparison. Default: reports/NAME.")
@click.option("--name", help="Name of the folder under reports/. Default: made from what is asked.")
@click.option("--force", is_flag=True, help="Train again what is already done.")
@click.option("--json", "as_json", is_flag=True, help="Print the records as JSON instead of tables.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(output: Path | None, name: str | None, force: bool, as_json: bool, quiet: bool, **options: Any) -> None:
    """Train networks in several frameworks, and compare accuracy and runtime.

    Each run is a process of its own. Results go to a folder with results.jsonl, results.csv, report.md and
    figures; runs that the folder holds already are not repeated.
    """
    from mnist_compare.cli.progress import make_progress

    plan = make_plan(Request(**options))
    folder = output_folder(plan, output, name)
    with make_progress(quiet=quiet) as progress:
        try:
            comparison = run_comparison(plan, folder, progress, force=force)
        except KeyboardInterrupt:
            click.echo(f"\nStopped. What is finished is in {folder}; the same command goes on from there.", err=True)
            sys.exit(130)
    keys = {run.key for run in plan.runs}
    records = [record for record in comparison.records if record.key in keys]
    print_comparison(comparison, as_json=as_json)
    sys.exit(exit_code(records))


def print_comparison(comparison: Comparison, *, as_json: bool) -> None:
    """The records on stdout: as tables and sentences, or as JSON."""
    if as_json:
        shown = {"folder": str(comparison.folder), "records": comparison.records}
        click.echo(msgspec.json.encode(shown).decode())
        return
    from rich.console import Console

    from mnist_compare.report.console import render

    console = Console(soft_wrap=False)
    console.print(render(comparison.records))
    console.print(f"\nReport: {comparison.folder / 'report.md'}", highlight=False)


def exit_code(records: list[Record]) -> int:
    """0 when all runs are done, 1 when none is, 3 when some are."""
    done = sum(record.status is Status.DONE for record in records)
    if done == len(records):
        return 0
    return 3 if done else 1
