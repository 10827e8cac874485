"""Which networks a command asks: those of the comparison that it was given."""

from pathlib import Path

import click

from mnist_compare.cli.answers import name_of
from mnist_compare.cli.folders import MOST_NAMED, newest_comparison, require_comparison
from mnist_compare.errors import UsageError
from mnist_compare.io.terminal import clean
from mnist_compare.records.record import Status, current
from mnist_compare.records.results import read_records
from mnist_compare.runner.trained_networks import TrainedNetworks


def find_networks(folder: Path | None, device: str, python: dict[str, str]) -> TrainedNetworks:
    """Those of the comparison that is asked for, else of the newest; networks that were not trained to the end are
    named on stderr.
    """
    if folder is None:
        folder = newest_comparison()
        click.echo(clean(f"Networks of {folder}, the newest comparison (--run takes another)."), err=True)
    require_comparison(folder)
    kept = [record for record in current(read_records(folder)) if record.weights]
    records = [record for record in kept if record.status is Status.DONE]
    if not records:
        raise UsageError(f"{folder} has no trained network yet: run a comparison with --output {folder}.")
    unfinished = [
        f"{' '.join(name_of(record))} ({record.status})" for record in kept if record.status is not Status.DONE
    ]
    if unfinished:
        more = f" and {len(unfinished) - MOST_NAMED} more" if len(unfinished) > MOST_NAMED else ""
        told = ", ".join(unfinished[:MOST_NAMED])
        click.echo(clean(f"Not asked, since the training did not come to its end: {told}{more}."), err=True)
    return TrainedNetworks(folder, records, device, python)
