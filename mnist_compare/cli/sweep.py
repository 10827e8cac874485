"""`sweep`: many settings of networks and recipes, and the best of them."""

import sys
from pathlib import Path

import click

from mnist_compare.cli.options import UserPath, with_engine
from mnist_compare.cli.run import print_comparison, readable, reporter_of, result_code
from mnist_compare.cli.stopping import stopping_in_order
from mnist_compare.document.words import NOTHING
from mnist_compare.io.terminal import to_json
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.varying import own_values, told
from mnist_compare.records.folder import CHOSEN_FOLDER, PAGE_FILE
from mnist_compare.records.record import Status, current
from mnist_compare.records.results import RESULTS_FILE, read_records
from mnist_compare.runner.engine import Engine
from mnist_compare.runner.engines import open_engine
from mnist_compare.search.choice import JudgedSetting
from mnist_compare.search.common import search_text
from mnist_compare.search.estimate import Estimate, make_estimate
from mnist_compare.search.grid import read_grid
from mnist_compare.search.sweep import MAX_RUNS, SweepPlan, Swept, plan_sweep, run_sweep


@click.command("sweep")
@click.argument("grid", type=UserPath())
@click.option("--output", "-o", type=UserPath(), help="Folder of the sweep. Default: reports/NAME.")
@click.option("--name", help="Name of the folder under reports/. Default: that in GRID, or made from what is asked.")
@click.option("--max-runs", type=int, default=MAX_RUNS, show_default=True, help="Begin none of more trials than these.")
@click.option("--jobs", "-j", type=int, help="Runs at a time, the cores divided. Default: what GRID says, or 1.")
@click.option("--dry-run", is_flag=True, help="List the settings and the time they take, and train none.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask, however long it takes.")
@click.option(
    "--chosen/--no-chosen", default=True, help="Train the best setting on all images, and test it. Default: do."
)
@click.option("--force", is_flag=True, help="Train again what is already done; older records are kept, superseded.")
@click.option("--report/--no-report", default=True, help="Make the reports in the end. Default: do.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Kill a run that takes longer. Default: no limit.")
@with_engine
@click.option("--json", "as_json", is_flag=True, help="Print settings and records as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="No progress, and no estimate.")
def command(
    grid: Path,
    output: Path | None,
    name: str | None,
    max_runs: int,
    jobs: int | None,
    dry_run: bool,
    yes: bool,
    chosen: bool,
    force: bool,
    report: bool,
    timeout: float | None,
    engine: str | None,
    address: str | None,
    exclusive: bool,
    retries: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Train every setting of GRID, a TOML file, and choose the best of each network.

    Trials are judged on training images that are held out. The best setting of each network is then trained on all
    training images and tested once, in the folder `chosen`. The same command goes on where it was stopped.
    """
    from mnist_compare.report.progress import make_progress
    from mnist_compare.report.reporting import renew_report

    read = read_grid(grid)
    with open_engine(engine, address=address, exclusive=exclusive) as placing:
        given = {} if jobs is None else {"jobs": jobs}
        sweep = plan_sweep(read, placing, output, name, max_runs=max_runs, given=given, text=search_text(grid))
        stopped = f"Stopped. What is finished is in {sweep.folder}; the same command goes on from there."
        with stopping_in_order(stopped):
            estimate = None if quiet and not dry_run else _estimate(sweep, placing, chosen=chosen, force=force)
            if dry_run:
                _print_settings(sweep, estimate, as_json=as_json)
                return
            _warn(sweep, estimate)
            if estimate and estimate.is_long and not yes and sys.stdin.isatty() and sys.stderr.isatty():
                click.confirm("Begin?", abort=True, err=True)
            with make_progress(quiet=quiet) as progress:
                swept = run_sweep(
                    sweep,
                    placing,
                    reporter_of(report),
                    progress,
                    force=force,
                    timeout=timeout,
                    chosen=chosen,
                    retries=retries,
                )
            if report and swept.chosen:
                renew_report(swept.folder)  # which links what was chosen
    _print_swept(swept, as_json=as_json, reported=report)
    sys.exit(_result_code(sweep, swept))


def _estimate(sweep: SweepPlan, engine: Engine, *, chosen: bool, force: bool) -> Estimate:
    places = (sweep.folder, sweep.folder / CHOSEN_FOLDER)
    trials, tested = (
        current(read_records(place)) if (place / RESULTS_FILE).exists() and not force else [] for place in places
    )
    return make_estimate(sweep.plan, sweep.request, engine, trials, tested if chosen else None)


def _warn(sweep: SweepPlan, estimate: Estimate | None) -> None:
    """What was noticed in the images, and how long it takes; nothing where there is to be silence."""
    if estimate is None:
        return
    for note in sweep.plan.notes:
        click.echo(f"Data: {note}", err=True)
    for warning in sweep.plan.warnings:
        click.echo(f"Warning: {warning}", err=True)
    click.echo(str(estimate), err=True)
    if estimate.is_long and not sys.stdin.isatty():
        click.echo("Nobody is asked, for this is no terminal: it begins.", err=True)


def _print_settings(sweep: SweepPlan, estimate: Estimate | None, *, as_json: bool) -> None:
    """The settings of each network, and how long they take."""
    recipes: dict[str, dict[Recipe, None]] = {}
    for run in sweep.plan.runs:
        recipes.setdefault(run.spec.architecture.name, {})[run.spec.recipe] = None
    settings = {name: list(own_values(own).values()) for name, own in recipes.items()}
    if as_json:
        click.echo(to_json({"settings": settings, "estimate": estimate}))
        return
    for name, own in settings.items():
        click.echo(f"{name}:")
        for number, values in enumerate(own, 1):
            click.echo(f"  {number}. {told(values)}")
    click.echo(str(estimate))


def _print_swept(swept: Swept, *, as_json: bool, reported: bool) -> None:
    """The settings of each network, the best first, and what has come of the chosen ones."""
    if as_json:
        plain = {name: [_plain(one) for one in own] for name, own in swept.settings.items()}
        found = {"folder": str(swept.folder), "settings": plain, "chosen_folder": str(swept.chosen_folder)}
        records = {"records": swept.records, "chosen": swept.chosen}
        click.echo(to_json(found | {name: [readable(one) for one in own] for name, own in records.items()}))
        return
    from mnist_compare.document.screen import Screen
    from mnist_compare.document.table import Table, shortened
    from mnist_compare.document.terminal_table import Fitted

    console = Screen()
    for name, settings in swept.settings.items():
        rows = tuple((one.words, *_worth(one), _ended(one)) for one in settings)
        title = f"Settings of {name}, judged on held-out training images"
        console.print(Fitted(shortened(Table(title, ("setting", "accuracy", "loss", "runs done"), rows))))
    if reported:
        console.print(f"\nReport: {swept.folder / PAGE_FILE}", soft_wrap=True)
    if swept.chosen:
        console.print("\nThe best setting of each network, trained on all training images and tested once:")
        print_comparison(swept.chosen_folder, swept.chosen, as_json=False, reported=reported)


def _worth(one: JudgedSetting) -> tuple[str, str]:
    return (f"{one.accuracy:.2%}", f"{one.loss:.4f}") if one.done else (NOTHING, NOTHING)


def _plain(one: JudgedSetting) -> dict[str, object]:
    """A setting without its network, which every record has."""
    return {name: getattr(one, name) for name in ("values", "accuracy", "loss", "done", "failed", "recipe")}


def _result_code(sweep: SweepPlan, swept: Swept) -> int:
    """0 when all runs are done, 1 when none is, 3 when some are; a trial that diverged has told what it was to tell."""
    keys = {run.key for run in sweep.plan.runs}
    trials = [record for record in swept.records if record.key in keys and record.status is not Status.DIVERGED]
    return result_code([*trials, *swept.chosen]) if swept.best else 1


def _ended(one: JudgedSetting) -> str:
    return f"{one.done} of {one.done + one.failed}" if one.failed else str(one.done)
