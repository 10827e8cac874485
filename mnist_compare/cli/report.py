"""`report`: a comparison's report, from its records alone."""

from pathlib import Path

import click

from mnist_compare.cli.run import print_comparison
from mnist_compare.errors import MnistCompareError
from mnist_compare.report import FIGURES_FOLDER, SAMPLES, draw_samples, write_report
from mnist_compare.report.drawn import Drawn
from mnist_compare.results import Record
from mnist_compare.runner.comparison import open_comparison
from mnist_compare.runner.plan import open_data


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the records as JSON instead of tables.")
def command(folder: Path, as_json: bool) -> None:
    """Make report.md, results.csv and the figures of FOLDER again from its results.jsonl."""
    comparison = open_comparison(folder)
    drawn = folder / FIGURES_FOLDER / f"{SAMPLES}.png"
    samples = None if drawn.exists() or not comparison.records else find_samples(comparison.records[0])
    write_report(folder, comparison.records, samples)
    print_comparison(comparison, as_json=as_json)


def find_samples(record: Record) -> Drawn | None:
    """The figure of some training images of a record's data set, where the set is still to be had."""
    try:
        used = open_data(record.spec.data)
    except MnistCompareError:
        return None
    return draw_samples(used.train_images, used.train_labels)
