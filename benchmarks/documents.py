"""Puts what the documented recipes come to beside what the documents say, into docs/documents.md.

python -m benchmarks.documents
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.page import fill
from benchmarks.process import ROOT
from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.document.markdown import table_markdown
from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING, listing, plural
from mnist_compare.io.files import write_file
from mnist_compare.records.record import Record, Status
from mnist_compare.records.results import read_records
from mnist_compare.report.intervals import Interval, share_interval

PAGE = ROOT / "docs" / "documents.md"
REFERENCE = ROOT / "reports" / "reference"
FOLDERS = (REFERENCE / "documented", REFERENCE / "alexnet")


@dataclass(frozen=True)
class Claim:
    """What a document says of its network: in its words, and the share of test images that it says are right, or the
    training loss in the end, where it has a figure.
    """

    network: str
    words: str
    accuracy: float | None = None
    loss: float | None = None


CLAIMS = (
    Claim("linear", "the loss falls from 24.7 to about 3; predictions are mostly wrong", loss=3.0),
    Claim("mlp", "9,790 of 10,000 test images are right", accuracy=0.979),
    Claim("cnn", "98.57 % after 10 epochs", accuracy=0.9857),
    Claim("lenet", "no figure: the largest output for one test image is the right digit"),
    Claim("convnet", "99.1 % in the end, flat after about 20 epochs", accuracy=0.991),
    Claim("alexnet", "99.1 % in the end", accuracy=0.991),
)
PERCENT = "{:.2%}"
DOCUMENTED_IMAGES = 60_000
COLUMNS = ("network", "the document says", "backend", "test accuracy", "95 % interval", "training loss")


def all_records() -> list[Record]:
    """What was trained for this page."""
    return [record for folder in FOLDERS for record in read_records(folder)]


def filled(page: str, records: Sequence[Record]) -> str:
    """The page with the table and the sentences of the records between its two marks."""
    return fill(page, lambda _: f"\n{results(records)}\n")


def results(records: Sequence[Record]) -> str:
    """A table of what was trained, and a sentence for each claim."""
    table = Table("", COLUMNS, tuple(_row(claim, run) for claim in CLAIMS for run in _runs(claim, records)))
    sentences = [f"- `{claim.network}`: {_judged(claim, _runs(claim, records))}" for claim in CLAIMS]
    return "\n\n".join([table_markdown(table), "\n".join(sentences)])


def _runs(claim: Claim, records: Sequence[Record]) -> list[Record]:
    """The runs of the document's recipe that have ended well."""
    return [
        record
        for record in records
        if record.architecture == claim.network and record.status is Status.DONE and not record.superseded
    ]


def _row(claim: Claim, run: Record) -> tuple[str, ...]:
    found = _interval(run)
    return (
        f"{claim.network}, cut short" if _cut_short(run) else claim.network,
        claim.words,
        run.backend if run.seed == 0 else f"{run.backend}, seed {run.seed}",
        f"{100 * found.middle:.2f} %",
        f"{100 * found.low:.2f} to {100 * found.high:.2f} %",
        NOTHING if run.train_loss is None else f"{run.train_loss:.4f}",
    )


def _cut_short(run: Record) -> str:
    """How much of the document's training a run did, where that is not all of it."""
    images, epochs = run.spec.data.train_size, run.epochs
    if (images, epochs) == (DOCUMENTED_IMAGES, default_recipe(find_architecture(run.architecture)).epochs):
        return ""
    return f"{images:,} images and {plural(epochs, 'epoch')}"


def _interval(run: Record) -> Interval:
    assert run.test
    return share_interval(run.test.right, run.test.count)


def _judged(claim: Claim, runs: Sequence[Record]) -> str:
    """How the document's figure stands to the runs, in words."""
    if not runs:
        return "not trained here."
    if short := [words for words in map(_cut_short, runs) if words]:
        return f"cut short to {listing(sorted(set(short)))}, which says nothing of the document's figure."
    if claim.accuracy is not None:
        return _accuracy_judged(claim.accuracy, runs)
    if claim.loss is not None:
        losses = [run.train_loss for run in runs if run.train_loss is not None]
        return f"the training loss ends at {_range(losses, '{:.2f}')}; the document says about {claim.loss:g}."
    accuracies = [_interval(run).middle for run in runs]
    return f"{_range(accuracies, PERCENT)} here; the document has no figure to set beside it."


def _accuracy_judged(accuracy: float, runs: Sequence[Record]) -> str:
    """Whether the luck of 10,000 test images can explain what lies between the document's figure and each run."""
    sides: dict[str, list[str]] = {}
    for run in runs:
        found = _interval(run)
        side = "more than" if accuracy > found.high else "less than" if accuracy < found.low else "as much as"
        name = run.backend if run.seed == 0 else f"{run.backend} (seed {run.seed})"
        sides.setdefault(side, []).append(name)
    told = [f"{side} {listing(names)} reached" for side, names in sides.items()]
    reached = _range([_interval(run).middle for run in runs], PERCENT)
    claimed = _range([accuracy], PERCENT)
    return f"{plural(len(runs), 'run')} reached {reached}. The document's {claimed} are {listing(told)}."


def _range(values: Sequence[float], form: str) -> str:
    low, high = (form.format(value).replace("%", " %") for value in (min(values), max(values)))
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


if __name__ == "__main__":
    write_file(PAGE, filled(PAGE.read_text(), all_records()).encode())
