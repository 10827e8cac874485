"""What the networks say to the rows of a table of pixels, such as Kaggle's test.csv: counts, or a submission."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import format_shape
from mnist_compare.cli.answers import class_name, network_json
from mnist_compare.cli.standard_input import STDIN
from mnist_compare.data.readers.csv_pixels import is_transposed, read_table
from mnist_compare.data.readers.reader import ReadOptions
from mnist_compare.data.readers.table import table_layout
from mnist_compare.data.shared import write_array
from mnist_compare.errors import OutputError, UsageError
from mnist_compare.io.files import is_taken, make_folder, write_file
from mnist_compare.io.terminal import clean, to_json
from mnist_compare.records.names import network_names
from mnist_compare.records.record import Record
from mnist_compare.records.spec import DataSpec
from mnist_compare.runner.prediction_job import PredictedClasses, PredictFileJob
from mnist_compare.runner.trained_networks import TrainedNetworks

IDS = ("id", "imageid", "image_id")
"""How the column is called, in small letters, that numbers the rows."""
KAGGLE = ("ImageId", "Label")
MOST_CLASSES = 20


class RowAnswer(NamedTuple):
    """What the network of a record says to all rows."""

    record: Record
    predicted: PredictedClasses


class Rows(NamedTuple):
    """Images uint8 [N, 1, H, W] of a table, and what is in its column of ids, which is called `column`; else none."""

    table: Path
    images: NDArray[np.uint8]
    column: str
    ids: list[str]


def read_rows(table: Path, data: DataSpec) -> Rows:
    """The rows of a table, changed as the data were that the networks were trained on; raises UsageError where they are
    images of another shape.
    """
    layout = table_layout(table)
    column = next((name for name in layout.columns if name.lower() in IDS), "") if layout else ""
    read = read_table(table, ReadOptions(label=column))
    images = (read.images.transpose(0, 2, 1) if is_transposed(table) else read.images)[:, None]
    shape = data.changes.before if data.changes else data.image_shape
    if shape and shape != images.shape[1:]:
        raise UsageError(
            f"{table} has images of {format_shape(images.shape[1:])}, where the networks were trained on "
            f"{format_shape(shape)}. Give a table of such images, or --run with a comparison on images like these."
        )
    if data.changes:
        images = data.changes.of(images, str(table))
    return Rows(table, images, column, (read.labels or []) if column else [])


def check_free(path: Path, option: str = "--csv") -> None:
    """Raise OutputError where there is something at the path: nothing is written over."""
    if is_taken(path):
        raise OutputError(f"{path} exists already. Give another file to {option}, or take it away.")


def predict_rows(networks: TrainedNetworks, table: Path, submission: Path | None, *, json: bool) -> None:
    """Print what the networks say to the rows of a table, and write the submission where one is asked for; where that
    is to be printed, it alone.
    """
    rows = read_rows(table, networks.data)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "images.npy"
        write_array(rows.images, file)
        answers = [RowAnswer(record, _predicted(networks, record, file)) for record in networks.records]
    if submission == STDIN:
        click.echo(clean(submission_of(rows, answers)), nl=False)
        return
    if submission is not None:
        make_folder(submission.parent, str(submission))
        check_free(submission)
        write_file(submission, submission_of(rows, answers).encode())
    if json:
        click.echo(to_json([json_of_rows(rows, answer) for answer in answers]))
        return
    click.echo(clean("\n".join(lines_of_rows(rows, answers))))
    click.echo(clean(f"Written: {submission}" if submission else "--csv FILE writes the class of each row."))


def _predicted(networks: TrainedNetworks, record: Record, file: Path) -> PredictedClasses:
    return networks.ask(
        record,
        lambda backend, checkpoint: PredictFileJob(backend, checkpoint, str(file), networks.device, record.spec.tuning),
        PredictedClasses,
    )


def voted(answers: Sequence[RowAnswer]) -> NDArray[np.int64]:
    """The class [N] that most networks say; of equally many the one of which they are surer, then the smallest."""
    said = np.array([answer.predicted.classes for answer in answers], np.int64)
    chances = np.array([answer.predicted.chances or [0.0] * said.shape[1] for answer in answers])
    best: NDArray[np.int64] = said[0].copy()
    most = np.full(said.shape[1], -1.0)
    for each in np.unique(said):
        same = said == each
        # A chance is at most 1, so that the sum of all never outweighs a vote.
        weight = same.sum(axis=0) + (chances * same).sum(axis=0) / (len(answers) + 1)
        best, most = np.where(weight > most, each, best), np.maximum(weight, most)
    return best


def lines_of_rows(rows: Rows, answers: Sequence[RowAnswer]) -> Iterator[str]:
    """How often each network says each class, and on how many rows all of them agree."""
    yield f"{rows.table}: {len(rows.images):,} images"
    names = network_names([answer.record for answer in answers])
    widths = [max(map(len, column)) for column in zip(*names, strict=True)]
    for name, (record, predicted) in zip(names, answers, strict=True):
        yield f"  {' '.join(map(str.ljust, name, widths))}  {_counts(predicted.classes, record.spec.data)}"
    if len(answers) > 1:
        said = np.array([answer.predicted.classes for answer in answers], np.int64)
        agreed = int((said == said[0]).all(axis=0).sum())
        yield f"  all {len(answers)} networks agree on {agreed:,}, and differ on {said.shape[1] - agreed:,}"


def submission_of(rows: Rows, answers: Sequence[RowAnswer]) -> str:
    """The voted class of each row, as Kaggle takes it: beside the row's id, or its number from 1 on."""
    data = answers[0].record.spec.data
    ids = rows.ids or range(1, len(rows.images) + 1)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((rows.column, "label") if rows.column else KAGGLE)
    writer.writerows(zip(ids, (class_name(int(each), data) for each in voted(answers)), strict=True))
    return text.getvalue()


def json_of_rows(rows: Rows, answer: RowAnswer) -> dict[str, object]:
    """What one network says to all rows, as values."""
    record, predicted = answer
    said = {"table": str(rows.table), "digits": predicted.classes, "probabilities": predicted.chances}
    return network_json(record) | said


def _counts(classes: list[int], data: DataSpec) -> str:
    labels, counts = np.unique(classes, return_counts=True)
    shown = [f"{class_name(int(label), data)}: {count:,}" for label, count in zip(labels, counts, strict=True)]
    more = f"  and {len(shown) - MOST_CLASSES:,} more" if len(shown) > MOST_CLASSES else ""
    return "  ".join(shown[:MOST_CLASSES]) + more
