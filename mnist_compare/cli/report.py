"""`report`: a comparison's report, from its records alone."""

from pathlib import Path

import click

from mnist_compare.cli.folders import note_half_record
from mnist_compare.cli.options import UserPath
from mnist_compare.cli.run import print_comparison
from mnist_compare.records.record import current
from mnist_compare.report.reporting import renew_report


@click.command("report")
@click.argument("folder", type=UserPath())
@click.option("--json", "as_json", is_flag=True, help="Print the records as JSON instead of tables.")
def command(folder: Path, as_json: bool) -> None:
    """Make report.html, report.md, results.csv and the figures of FOLDER again from its results.jsonl."""
    records = current(renew_report(folder))
    note_half_record(folder)
    print_comparison(folder, records, as_json=as_json)
