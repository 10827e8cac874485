"""`predict`: what image files show, or the rows of a table, by every network of a comparison."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from mnist_compare.cli.answers import Answer, as_json, lines_of, summary
from mnist_compare.cli.asked_images import find_images
from mnist_compare.cli.asked_networks import find_networks
from mnist_compare.cli.image_answers import Asked, by_image, csv_of_images, json_of_image, sheet_of_images
from mnist_compare.cli.options import UserPath, shared_options
from mnist_compare.cli.predicted_rows import check_free, predict_rows
from mnist_compare.cli.prepared import save, see, shown
from mnist_compare.data.readers.table import is_table_name
from mnist_compare.data.shared import write_array
from mnist_compare.errors import UsageError
from mnist_compare.io.files import make_folder, write_file
from mnist_compare.io.terminal import clean, to_json
from mnist_compare.records.record import Record
from mnist_compare.runner.prediction_job import PredictAllJob, Predicted
from mnist_compare.runner.seen import Seen
from mnist_compare.runner.trained_networks import TrainedNetworks

NOT_ALL_NAMED = 3
"""Exit code when an image has no ink, no digit, or several of which none was chosen, or when one of several files
cannot be read.
"""


@click.command("predict")
@click.argument("images", nargs=-1, required=True, type=UserPath())
@click.option(
    "--run",
    "folder",
    type=UserPath(),
    help="Folder of a comparison. Default: the newest below reports/.",
)
@click.option("--raw", is_flag=True, help="Resize the whole image as it is, and look for no digit in it.")
@click.option("--all", "every", is_flag=True, help="Read each mark of an image that has several.")
@click.option("--show", is_flag=True, help="Print what the networks see.")
@click.option("--save-prepared", "saved", type=UserPath(), help="Write what the networks see there, as PNG.")
@click.option("--csv", "rows", type=UserPath(), help="Write the class of each image, or row of a table, to this file.")
@click.option("--sheet", type=UserPath(), help="Write a page (HTML) with each image and what is read in it.")
@shared_options("--device", "--python")
@click.option("--json", is_flag=True, help="Print as JSON, network by network.")
@click.option("--jsonl", is_flag=True, help="Print a line of JSON for each image.")
def command(
    images: tuple[Path, ...],
    folder: Path | None,
    raw: bool,
    every: bool,
    show: bool,
    saved: Path | None,
    rows: Path | None,
    sheet: Path | None,
    device: str,
    python: dict[str, str],
    json: bool,
    jsonl: bool,
) -> None:
    """Recognise the digit, or class, in each of IMAGES with every trained network of a comparison.

    IMAGES are files, folders (the images directly in them), patterns such as 'digits/*.png', and - for standard input.

    The digit is found on its ground, cut out, and brought into MNIST's form. Exit code 3: an image has no ink, no
    digit in its ink, or several marks and no --all, or one of several files cannot be read. Where the networks were
    trained on images of other sizes, with colours, or of classes whose names are words, the whole image is resized to
    theirs. What was changed in the data (--resize, --gray, --pad, --invert) is changed in IMAGES too.

    --csv FILE and --sheet FILE.html write the answers, image by image. In place of images, a table with a row of pixels
    for each image is taken, such as Kaggle's test.csv: how often each class is said is printed, and --csv FILE writes a
    submission.
    """
    if raw and every:
        raise UsageError("--raw looks for no marks, so that there is nothing for --all to read. Give one of them.")
    if json and jsonl:
        raise UsageError("--json and --jsonl print the same answers in two forms. Give one of them.")
    table = _table(images, of_images=raw or every or show or jsonl or saved is not None or sheet is not None)
    _check_free(rows, sheet)
    networks = find_networks(folder, device, python)
    if table is not None:
        predict_rows(networks, table, rows, json=json)
        return
    seen = see(find_images(images), raw=raw, every=every, data=networks.data)
    if saved is not None:
        save(seen, saved)
    answers = _answers(networks, seen)
    asked = by_image(seen, answers)
    if json or jsonl:
        for one in seen if show else ():
            click.echo(clean(f"{one.name}\n{shown(one)}"), err=True)
        lines = map(json_of_image, asked) if jsonl else ([as_json(seen, answer) for answer in answers],)
        click.echo("\n".join(map(to_json, lines)))
    else:
        _print(seen, answers, show=show)
    _write(asked, rows, sheet, on_stderr=json or jsonl)
    if any(one.digit is None for one in seen):
        sys.exit(NOT_ALL_NAMED)


def _check_free(rows: Path | None, sheet: Path | None) -> None:
    """Raise OutputError where there is something already that one of the files would write over, UsageError where they
    would be one file.
    """
    if rows is not None and rows == sheet:
        raise UsageError(f"--csv and --sheet both name {rows}. Give two files.")
    for option, path in (("--csv", rows), ("--sheet", sheet)):
        if path is not None:
            check_free(path, option)


def _write(asked: list[Asked], rows: Path | None, sheet: Path | None, *, on_stderr: bool) -> None:
    """Write the files that are asked for, and say so."""
    for option, path, text in (("--csv", rows, csv_of_images), ("--sheet", sheet, sheet_of_images)):
        if path is not None:
            make_folder(path.parent, str(path))
            check_free(path, option)
            write_file(path, text(asked).encode(errors="replace"))
            click.echo(clean(f"Written: {path}"), err=on_stderr)


def _table(images: tuple[Path, ...], *, of_images: bool) -> Path | None:
    """The table that was given, None for images; raises UsageError for both, and for options of the other."""
    tables = [path for path in images if is_table_name(path)]
    if not tables:
        return None
    if len(images) > 1:
        raise UsageError(f"{tables[0]} is a table, and is read alone. Leave the other files out.")
    if of_images:
        raise UsageError(
            "--raw, --all, --show, --save-prepared, --sheet and --jsonl are for image files. Leave them out for a "
            "table."
        )
    return tables[0]


def _answers(networks: TrainedNetworks, seen: list[Seen]) -> list[Answer]:
    """What each network says to the digits that were seen; raises BackendError with the reason.

    They are in a file meanwhile, so that however many there are, a network has few of them in memory.
    """
    digits = [one.digit.reshape(networks.data.image_shape) for one in seen if one.digit is not None]
    if not digits:
        return [Answer(record, Predicted([], [], None)) for record in networks.records]
    with TemporaryDirectory() as place:
        file = Path(place) / "images.npy"
        write_array(np.stack(digits), file)
        return [Answer(record, _predicted(networks, record, file)) for record in networks.records]


def _predicted(networks: TrainedNetworks, record: Record, file: Path) -> Predicted:
    return networks.ask(
        record,
        lambda backend, checkpoint: PredictAllJob(backend, checkpoint, str(file), networks.device, record.spec.tuning),
        Predicted,
    )


def _print(seen: list[Seen], answers: list[Answer], *, show: bool) -> None:
    given = 0
    for one in seen:
        for line in lines_of(one, given, answers, shown(one) if show else ""):
            click.echo(clean(line))
        given += one.digit is not None
    if len(seen) > 1:
        click.echo(clean("\n".join(summary(seen, answers))))
