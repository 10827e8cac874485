"""`run`: train, compare, report."""

import shlex
import sys
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from mnist_compare.cli.options import UserPath, with_engine, with_options
from mnist_compare.cli.stopping import stopping_in_order
from mnist_compare.io.terminal import to_json
from mnist_compare.records.folder import PAGE_FILE
from mnist_compare.records.record import Record, Status
from mnist_compare.runner.comparison import run_comparison
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.margin import kept_margins
from mnist_compare.runner.output_folder import output_folder
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.reporter import MakeReporter, NoReport
from mnist_compare.runner.request import Request


@click.command("run")
@with_options
@click.option("--output", "-o", type=UserPath(), help="Folder of the comparison. Default: reports/NAME.")
@click.option("--name", help="Name of the folder under reports/. Default: made from what is asked.")
@click.option("--force", is_flag=True, help="Train again what is already done; older records are kept, superseded.")
@with_engine
@click.option(
    "--retime/--no-retime",
    default=None,
    help="Time the finished runs of the folder again. Default: once, at the end, those that other work disturbed.",
)
@click.option(
    "--report/--no-report",
    default=True,
    help="Make the report of the folder in the end. Without it, `report FOLDER` makes it later. Default: do.",
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Kill a run that takes longer. Default: no limit.")
@click.option("--json", "as_json", is_flag=True, help="Print the records as JSON instead of tables.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(
    output: Path | None,
    name: str | None,
    force: bool,
    retime: bool | None,
    report: bool,
    engine: str | None,
    address: str | None,
    exclusive: bool,
    retries: int | None,
    timeout: float | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Train networks in several frameworks, and compare accuracy and runtime.

    Each run is a process of its own. Results go to a folder with results.jsonl, and the report of them: report.html,
    report.md, results.csv and figures. Runs that the folder holds already are not repeated, and those that were
    interrupted go on.
    """
    from mnist_compare.report.progress import make_progress

    with open_engine(engine, address=address, exclusive=exclusive) as placing:
        plan = make_plan(Request(**options), placing, output, name)
        folder = output_folder(plan.name, output, name)
        if not quiet:
            for note in plan.notes:
                click.echo(f"Data: {note}", err=True)
            for note in plan.sharing:
                click.echo(f"Processes: {note}", err=True)
            for warning in plan.warnings:
                click.echo(f"Warning: {warning}", err=True)
        stopped = f"Stopped. What is finished is in {folder}; the same command goes on from there."
        with stopping_in_order(stopped), make_progress(quiet=quiet) as progress:
            found = run_comparison(
                plan,
                folder,
                placing,
                reporter_of(report),
                progress,
                force=force,
                timeout=timeout,
                retime=retime,
                retries=retries,
            )
    if told := kept_margins(plan, found):
        click.echo(told, err=True)
    keys = {run.key for run in plan.runs}
    records = [record for record in found if record.key in keys]
    print_comparison(folder, found, as_json=as_json, reported=report)
    sys.exit(result_code(records))


def reporter_of(wanted: bool) -> MakeReporter:
    """What makes the report, or none."""
    if not wanted:
        return NoReport
    from mnist_compare.report.reporting import Reporting

    return Reporting


def print_comparison(folder: Path, records: list[Record], *, as_json: bool, reported: bool = True) -> None:
    """The records on stdout: as tables and sentences, or as JSON. Where they were not `reported`, how to do that."""
    if as_json:
        click.echo(to_json({"folder": str(folder), "records": [readable(record) for record in records]}))
        return
    from mnist_compare.document.screen import Screen
    from mnist_compare.report.certified import own_certificates
    from mnist_compare.report.console import render

    console = Screen()  # a name is no markup, whatever it is
    console.print(render(records, own_certificates(folder)))
    if reported:
        console.print(f"\nReport: {folder / PAGE_FILE}")
    else:
        later = f"python -m mnist_compare report {shlex.quote(str(folder))}"
        console.print(f"\nNo report was made. To make it: {later}", soft_wrap=True)  # in one piece, to be copied


def readable(record: Record) -> Record:
    """The record without the packed predictions for every image, which results.jsonl holds."""
    return replace(record, test=replace(record.test, predictions=None)) if record.test else record


def result_code(records: list[Record]) -> int:
    """0 when all runs are done, 1 when none is, 3 when some are."""
    done = sum(record.status is Status.DONE for record in records)
    if done == len(records):
        return 0
    return 3 if done else 1
