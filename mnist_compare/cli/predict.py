"""`predict`: the digit in image files, by every network of a comparison."""

import sys
import tempfile
from pathlib import Path

import click

from mnist_compare.backend import relay_members
from mnist_compare.cli.answers import Answer, as_json, lines_of, name_of, summary
from mnist_compare.cli.folders import MOST_NAMED, newest_comparison, require_comparison
from mnist_compare.cli.options import UserPath, shared_options
from mnist_compare.cli.prepared import Seen, save, see, shown
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.host.environment import physical_cores
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.io.terminal import clean, to_json
from mnist_compare.records.record import Record, Status, current
from mnist_compare.records.results import read_records
from mnist_compare.runner.engine import Crash, Setting, run_job
from mnist_compare.runner.engines import open_engine
from mnist_compare.runner.prediction_job import Predicted, PredictJob

NOT_ALL_NAMED = 3
"""Exit code when an image has no ink, no digit, or several of which none was chosen."""


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
@shared_options("--device", "--python")
@click.option("--json", is_flag=True, help="Print as JSON.")
def command(
    images: tuple[Path, ...],
    folder: Path | None,
    raw: bool,
    every: bool,
    show: bool,
    saved: Path | None,
    device: str,
    python: dict[str, str],
    json: bool,
) -> None:
    """Recognise the digit, or class, in each of IMAGES with every trained network of a comparison.

    The digit is found on its ground, cut out, and brought into MNIST's form. Exit code 3: an image has no ink, no
    digit in its ink, or several marks and no --all. Where the networks were trained on images of other sizes or with
    colours, the whole image is resized to that. What was changed in the data (--resize, --gray, --pad, --invert) is
    changed in IMAGES too.
    """
    if raw and every:
        raise UsageError("--raw looks for no marks, so that there is nothing for --all to read. Give one of them.")
    folder, records = _trained(folder)
    seen = see(images, raw=raw, every=every, data=records[0].spec.data)
    if saved is not None:
        save(seen, saved)
    answers = [Answer(record, predict_with(record, folder, seen, device, python)) for record in records]
    if json:
        for one in seen if show else ():
            click.echo(clean(f"{one.name}\n{shown(one)}"), err=True)
        click.echo(to_json([as_json(seen, answer) for answer in answers]))
    else:
        _print(seen, answers, show=show)
    if any(one.digit is None for one in seen):
        sys.exit(NOT_ALL_NAMED)


def _trained(folder: Path | None) -> tuple[Path, list[Record]]:
    """The comparison that is asked for, else the newest, and its records whose network was trained to the end."""
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
    return folder, records


def predict_with(record: Record, folder: Path, seen: list[Seen], device: str, python: dict[str, str]) -> Predicted:
    """What the network of a record says to the digits that were seen; raises BackendError with the reason."""
    shape = record.spec.data.image_shape
    digits = [one.digit.reshape(shape).tolist() for one in seen if one.digit is not None]
    if not digits:
        return Predicted([], [], None)
    backend = relay_members(record.backend)[-1]
    interpreter = find_interpreter(backend, python)
    job = PredictJob(backend, str(folder.absolute() / (record.weights or "")), digits, device, record.spec.tuning)
    with tempfile.TemporaryDirectory() as place, open_engine() as engine:
        answer = run_job(engine, job, Setting(physical_cores(), Path(place) / "log.txt", interpreter.path))
    if isinstance(answer, Predicted):
        return answer
    reason = answer.reason if isinstance(answer, Crash) else getattr(answer, "reason", "no answer")
    raise BackendError(f"{record.backend} could not predict: {reason}")


def _print(seen: list[Seen], answers: list[Answer], *, show: bool) -> None:
    given = 0
    for one in seen:
        for line in lines_of(one, given, answers, shown(one) if show else ""):
            click.echo(clean(line))
        given += one.digit is not None
    if len(seen) > 1:
        click.echo(clean("\n".join(summary(seen, answers))))
