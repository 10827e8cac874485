"""Which networks a command asks: those of the comparison that it was given, or some of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mnist_compare.backend import own_name
from mnist_compare.cli.folders import MOST_NAMED, newest_comparison, require_comparison
from mnist_compare.cli.options import UserPath, parse_names
from mnist_compare.errors import UsageError, unknown
from mnist_compare.io.terminal import clean
from mnist_compare.records.names import network_names, one_name
from mnist_compare.records.record import Record, Status, current
from mnist_compare.records.results import read_records
from mnist_compare.runner.asked import seeds_in
from mnist_compare.runner.trained_networks import TrainedNetworks


@dataclass(frozen=True)
class NetworkChoice:
    """The folder of a comparison, None for the newest, and whose networks are asked: all backends, architectures or
    seeds where none is given.
    """

    folder: Path | None = None
    backends: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    seeds: str | None = None

    def among(self, records: Sequence[Record]) -> list[Record]:
        """The records that are meant; raises UsageError for names that none of them has, and where none is left."""
        backends = {own_name(name) for name in self.backends}
        for what, asked, had in (
            ("backend", backends, [record.backend for record in records]),
            ("architecture", self.architectures, [record.architecture for record in records]),
        ):
            for name in asked:
                if name not in had:
                    raise unknown(what, name, dict.fromkeys(had), "These have a trained network in the comparison.")
        seeds = None if self.seeds is None else seeds_in(self.seeds)
        found = [
            record
            for record in records
            if (not backends or record.backend in backends)
            and (not self.architectures or record.architecture in self.architectures)
            and (seeds is None or record.seed in seeds)
        ]
        if not found:
            there = ", ".join(map(str, sorted({record.seed for record in records})))
            raise UsageError(f"No trained network is left by --backends, --architectures and --seeds; seeds: {there}.")
        return found


def network_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of NetworkChoice, whose fields are their names."""
    for option in (
        click.option("--seeds", help="Ask the networks of these seeds alone: 0,3-5, or 3 for the first three."),
        click.option("--architectures", "-a", multiple=True, callback=parse_names, help="Ask these networks alone."),
        click.option("--backends", "-b", multiple=True, callback=parse_names, help="Ask these backends alone."),
        click.option(
            "--run", "folder", type=UserPath(), help="Folder of a comparison. Default: the newest below reports/."
        ),
    ):
        function = option(function)
    return function


def find_networks(choice: NetworkChoice, device: str, python: dict[str, str]) -> TrainedNetworks:
    """Those of the comparison that is asked for, else of the newest; networks that were not trained to the end are
    named on stderr.
    """
    folder = choice.folder
    if folder is None:
        folder = newest_comparison()
        click.echo(clean(f"Networks of {folder}, the newest comparison (--run takes another)."), err=True)
    require_comparison(folder)
    kept = current(read_records(folder))
    records = [record for record in kept if record.status is Status.DONE and record.weights]
    if not records:
        raise UsageError(f"{folder} has no trained network yet: run a comparison with --output {folder}.")
    names = zip(kept, map(one_name, network_names(kept)), strict=True)
    if unfinished := [f"{name} ({record.status})" for record, name in names if record.status is not Status.DONE]:
        told = told_names(unfinished)
        click.echo(clean(f"Not asked, since the training did not come to its end: {told}."), err=True)
    return TrainedNetworks(folder, choice.among(records), device, python)


def told_names(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
