"""`predict`: the digit in image files, by every network of a comparison."""

import tempfile
from pathlib import Path

import click
import numpy as np

from mnist_compare.backend import members
from mnist_compare.cli.options import shared_options
from mnist_compare.data.image import read_digit
from mnist_compare.environment import physical_cores
from mnist_compare.errors import BackendError, UsageError
from mnist_compare.interpreters.check import find_interpreter
from mnist_compare.results import Record
from mnist_compare.runner.comparison import open_comparison
from mnist_compare.runner.engine import Crash, run_job
from mnist_compare.runner.protocol import Predicted, PredictJob
from mnist_compare.terminal import to_json

Digit = list[list[int]]


@click.command("predict")
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--run",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of a comparison, such as reports/cnn.",
)
@click.option("--centre", is_flag=True, help="Cut out the digit and centre it, as MNIST itself was made.")
@shared_options("--device", "--python")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(
    images: tuple[Path, ...], folder: Path, centre: bool, device: str, python: dict[str, str], as_json: bool
) -> None:
    """Recognise the digit in each of IMAGES with every trained network of a comparison.

    An image is made grayscale, inverted when its paper is light, and resized to 28x28.
    """
    digits = [np.asarray(read_digit(path, centre=centre)).tolist() for path in images]
    records = [record for record in open_comparison(folder).records if record.weights]
    if not records:
        raise UsageError(f"{folder} has no trained network yet: run a comparison with --output {folder}.")
    answers = [(record, predict_with(record, folder, digits, device, python)) for record in records]
    if as_json:
        click.echo(to_json([_as_json(record, answer, images) for record, answer in answers]))
        return
    for i, path in enumerate(images):
        click.echo(f"{path}")
        width = max(len(_name(record)) for record, _ in answers)
        for record, answer in answers:
            click.echo(f"  {_name(record):{width}}  {describe(answer, i)}")


def predict_with(record: Record, folder: Path, digits: list[Digit], device: str, python: dict[str, str]) -> Predicted:
    """What the network of a record says to images uint8 [N, 28, 28]; raises BackendError with the reason."""
    backend = members(record.backend)[-1]
    interpreter = find_interpreter(backend, python)
    job = PredictJob(backend, str(folder.absolute() / (record.weights or "")), digits, device)
    with tempfile.TemporaryDirectory() as place:
        answer = run_job(job, physical_cores(), Path(place) / "log.txt", python=interpreter.path)
    if isinstance(answer, Predicted):
        return answer
    reason = answer.reason if isinstance(answer, Crash) else getattr(answer, "reason", "no answer")
    raise BackendError(f"{record.backend} could not predict: {reason}")


def describe(answer: Predicted, i: int) -> str:
    """The digit of image `i`, and the probabilities from the largest."""
    if answer.probabilities is None:
        return f"{answer.digits[i]}  (output {answer.outputs[i][0]:.3f}, cut to an integer)"
    ranked = sorted(enumerate(answer.probabilities[i]), key=lambda pair: -pair[1])
    return f"{answer.digits[i]}  " + "  ".join(f"{digit}: {chance:.1%}" for digit, chance in ranked[:3])


def _name(record: Record) -> str:
    return f"{record.backend} {record.architecture}" + (f" seed {record.seed}" if record.seed else "")


def _as_json(record: Record, answer: Predicted, images: tuple[Path, ...]) -> dict[str, object]:
    return {
        "backend": record.backend,
        "architecture": record.architecture,
        "seed": record.seed,
        "images": [
            {
                "image": str(path),
                "digit": answer.digits[i],
                "outputs": answer.outputs[i],
                "probabilities": answer.probabilities[i] if answer.probabilities else None,
            }
            for i, path in enumerate(images)
        ],
    }
