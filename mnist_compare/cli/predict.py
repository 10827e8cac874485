"""`predict`: what image files show, or the rows of a table, by every network of a comparison."""

import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from math import prod
from pathlib import Path
from typing import Any

import click
import numpy as np

from mnist_compare.cli.answer_outputs import Csv, Json, JsonLines, Output, Pictures, Sheet, Text
from mnist_compare.cli.answers import Answer
from mnist_compare.cli.asked_images import find_images
from mnist_compare.cli.asked_networks import NetworkChoice, find_networks, network_options
from mnist_compare.cli.image_answers import Asked, by_image
from mnist_compare.cli.options import UserPath, shared_options
from mnist_compare.cli.predicted_rows import check_free, predict_rows
from mnist_compare.cli.prepared import PreparedFolder, batches, see
from mnist_compare.cli.standard_input import STDIN, read_list
from mnist_compare.data.readers.table import is_table_name
from mnist_compare.errors import UsageError
from mnist_compare.io.terminal import clean
from mnist_compare.records.record import Record
from mnist_compare.runner.asked_networks import MOST_WORKERS, AskedNetworks
from mnist_compare.runner.prediction_job import PIECE, Predicted
from mnist_compare.runner.seen import Seen
from mnist_compare.runner.trained_networks import TrainedNetworks

NOT_ALL_NAMED = 3
"""Exit code when an image has no ink, no digit, or several of which none was chosen, or when one of several files
cannot be read.
"""
TOGETHER = 256
"""So many digits, or images, go to the networks at a time."""
RARELY_TOGETHER = 4096
"""The same where there are so many networks that for some of them a worker is started each time."""


@click.command("predict")
@click.argument("images", nargs=-1, type=UserPath())
@click.option(
    "--files-from",
    "listed",
    type=UserPath(),
    metavar="LIST",
    help="Read the images that this file, or - for standard input, names in its rows, too.",
)
@click.option("--recursive", "-r", is_flag=True, help="Take the images in the folders below a folder, too.")
@network_options
@click.option("--raw", is_flag=True, help="Resize the whole image as it is, and look for no digit in it.")
@click.option("--all", "every", is_flag=True, help="Read each mark of an image that has several.")
@click.option("--show", is_flag=True, help="Print what the networks see.")
@click.option("--save-prepared", "saved", type=UserPath(), help="Write what the networks see there, as PNG.")
@click.option(
    "--csv",
    "rows",
    type=UserPath(),
    help="Write the class of each image, or row of a table, to this file; - prints it.",
)
@click.option("--sheet", type=UserPath(), help="Write a page (HTML) with each image and what is read in it.")
@shared_options("--device", "--python")
@click.option("--json", is_flag=True, help="Print as JSON, network by network.")
@click.option("--jsonl", is_flag=True, help="Print a line of JSON for each image.")
def command(
    images: tuple[Path, ...],
    listed: Path | None,
    recursive: bool,
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
    **choice: Any,
) -> None:
    """Recognise the digit, or class, in each of IMAGES with every trained network of a comparison.

    IMAGES are files, folders (the images directly in them), patterns such as 'digits/*.png', and - for standard input.

    The digit is found on its ground, cut out, and brought into MNIST's form. Exit code 3: an image has no ink, no
    digit in its ink, or several marks and no --all, or one of several files cannot be read. Where the networks were
    trained on images of other sizes, with colours, or of other things than characters, the whole image is resized to
    theirs. What was changed in the data (--resize, --gray, --rgb, --pad, --invert) is changed in IMAGES too.

    --csv FILE and --sheet FILE.html write the answers, image by image. In place of images, a table with a row of pixels
    for each image is taken, such as Kaggle's test.csv: how often each class is said is printed, and --csv FILE writes a
    submission.
    """
    if raw and every:
        raise UsageError("--raw looks for no marks, so that there is nothing for --all to read. Give one of them.")
    if json + jsonl + (rows == STDIN) > 1:
        raise UsageError("--json, --jsonl and --csv - print the same answers in several forms. Give one of them.")
    of_images = (raw, every, show, jsonl, recursive, saved is not None, sheet is not None, listed is not None)
    table = _table(images, of_images=any(of_images))
    _check_free(rows, sheet)
    if table is not None:
        predict_rows(find_networks(NetworkChoice(**choice), device, python), table, rows, json=json)
        return
    if not images and listed is None:
        raise UsageError("No image is given. Give image files, folders of them, patterns, -, or --files-from LIST.")
    if listed == STDIN and STDIN in images:
        raise UsageError("- and --files-from - both read standard input. Give one of them.")
    networks = find_networks(NetworkChoice(**choice), device, python)
    given = [*find_images(images, recursive=recursive), *(read_list(listed) if listed is not None else ())]
    seen = see(given, raw=raw, every=every, data=networks.data, alone=len(given) == 1 and listed is None)
    outputs = _outputs(networks.records, rows, sheet, show=show, json=json, jsonl=jsonl)
    all_named = _hand_out(_answered(networks, seen, PreparedFolder(saved) if saved else None), outputs)
    for path in (rows, sheet):
        if path not in (None, STDIN):
            click.echo(clean(f"Written: {path}"), err=json or jsonl or rows == STDIN)
    if not all_named:
        sys.exit(NOT_ALL_NAMED)


def _hand_out(answered: Generator[list[Asked]], outputs: Iterable[Output]) -> bool:
    """Give each batch to the outputs, and say whether every image has an answer."""
    all_named = True
    with ExitStack() as stack:
        stack.enter_context(closing(answered))
        opened = [stack.enter_context(output) for output in outputs]
        for batch in answered:
            all_named = all_named and all(one.number is not None for one in batch)
            for output in opened:
                output.add(batch)
        for output in opened:
            output.end()
    return all_named


def _outputs(
    records: Sequence[Record], rows: Path | None, sheet: Path | None, *, show: bool, json: bool, jsonl: bool
) -> Iterator[Output]:
    """Those that are asked for."""
    if show and (json or jsonl or rows == STDIN):
        yield Pictures()
    if json:
        yield Json(records)
    elif jsonl:
        yield JsonLines()
    elif rows != STDIN:
        yield Text(records, show=show)
    if rows is not None:
        yield Csv(records, None if rows == STDIN else rows)
    if sheet is not None:
        yield Sheet(records, sheet)


def _check_free(rows: Path | None, sheet: Path | None) -> None:
    """Raise OutputError where there is something already that one of the files would write over, UsageError where they
    would be one file.
    """
    if sheet == STDIN:
        raise UsageError("--sheet writes a page into a file, not to the standard output: give a name, as sheet.html.")
    if rows is not None and rows == sheet:
        raise UsageError(f"--csv and --sheet both name {rows}. Give two files.")
    for option, path in (("--csv", rows), ("--sheet", sheet)):
        if path is not None and (option, path) != ("--csv", STDIN):
            check_free(path, option)


def _table(images: tuple[Path, ...], *, of_images: bool) -> Path | None:
    """The table that was given, None for images; raises UsageError for both, and for options of the other."""
    tables = [path for path in images if is_table_name(path)]
    if not tables:
        return None
    if len(images) > 1:
        raise UsageError(f"{tables[0]} is a table, and is read alone. Leave the other files out.")
    if of_images:
        raise UsageError(
            "--raw, --all, --show, --recursive, --files-from, --save-prepared, --sheet and --jsonl are for image "
            "files. Leave them out for a table."
        )
    return tables[0]


def _answered(
    networks: TrainedNetworks, seen: Iterator[Seen], prepared: PreparedFolder | None
) -> Generator[list[Asked]]:
    """What each network says to the digits that were seen, batch by batch; raises BackendError with the reason."""
    shape = networks.data.image_shape
    few = TOGETHER if len(networks.records) <= MOST_WORKERS else RARELY_TOGETHER
    with AskedNetworks(networks) as asked:
        for batch, last in batches(seen, max(1, min(few, PIECE // prod(shape)))):
            if prepared is not None:
                prepared.save(batch)
            digits = [one.digit.reshape(shape) for one in batch if one.digit is not None]
            said = asked.ask(np.stack(digits), last=last) if digits else [NOTHING] * len(networks.records)
            answers = [Answer(*each) for each in zip(networks.records, said, strict=True)]
            yield by_image(batch, answers)


NOTHING = Predicted([], [], None)
