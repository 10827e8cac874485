"""Puts what the committed reference runs come to, beside what is published, into two pages of docs.

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

PAGES = (ROOT / "docs" / "documents.md", ROOT / "docs" / "networks.md")
REFERENCE = ROOT / "reports" / "reference"
FOLDERS = tuple(
    REFERENCE / name
    for name in (
        "documented",
        "alexnet",
        "pytorch_example",
        "keras_example",
        "paddle_example",
        "classic",
        "resnet18_narrow",
        "vgg11",
        "googlenet",
    )
)


@dataclass(frozen=True)
class Claim:
    """What a document or an example says of its network: in its words, and the share of test images that it says are
    right, or the training loss in the end, where it has a figure.
    """

    network: str
    words: str
    accuracy: float | None = None
    loss: float | None = None


DOCUMENTS = (
    Claim("linear", "the loss falls from 24.7 to about 3; predictions are mostly wrong", loss=3.0),
    Claim("mlp", "9,790 of 10,000 test images are right", accuracy=0.979),
    Claim("cnn", "98.57 % after 10 epochs", accuracy=0.9857),
    Claim("lenet", "no figure: the largest output for one test image is the right digit"),
    Claim("convnet", "99.1 % in the end, flat after about 20 epochs", accuracy=0.991),
    Claim("alexnet", "99.1 % in the end", accuracy=0.991),
)
EXAMPLES = (
    Claim("pytorch_example", "about 99.2 %", accuracy=0.992),
    Claim("keras_example", "about 99.2 %", accuracy=0.992),
    Claim("paddle_example", "about 98.4 %", accuracy=0.984),
)
ONE_EPOCH = ("lenet5", "vgg11", "googlenet", "resnet18_narrow", "lstm", "gru", "vit")
"""Of the classic networks and those that read sequences: trained for one epoch on all images."""
PERCENT = "{:.2%}"
DOCUMENTED_IMAGES = 60_000
COLUMNS = ("test accuracy", "95 % interval", "training loss")


def all_records() -> list[Record]:
    """What was trained for this page."""
    return [record for folder in FOLDERS for record in read_records(folder)]


def filled(page: str, records: Sequence[Record]) -> str:
    """The page with what the records come to between each pair of marks."""
    return fill(page, lambda name: f"\n{TABLES[name](records)}\n")


def documents(records: Sequence[Record]) -> str:
    """A table of the documents' recipes, and a sentence for each claim."""
    return _beside("the document says", "document", DOCUMENTS, records)


def examples(records: Sequence[Record]) -> str:
    """The same of the frameworks' own examples."""
    return _beside("published", "example", EXAMPLES, records)


def one_epoch(records: Sequence[Record]) -> str:
    """A table of what one epoch comes to, and how far apart the backends end."""
    runs = {name: _runs(name, records) for name in ONE_EPOCH}
    table = Table(
        "",
        ("network", "backend", *COLUMNS),
        tuple((name, *_told(run)) for name, trained in runs.items() for run in trained),
    )
    spread = {name: _spread(trained) for name, trained in runs.items() if trained}
    sentence = f"Largest difference between two backends: {listing([f'`{n}` {gap}' for n, gap in spread.items()])}."
    return "\n\n".join([table_markdown(table), sentence])


TABLES = {"documents": documents, "examples": examples, "one_epoch": one_epoch}


def _beside(title: str, whose: str, claims: Sequence[Claim], records: Sequence[Record]) -> str:
    rows = tuple(
        (f"{claim.network}, cut short" if _cut_short(run) else claim.network, claim.words, *_told(run))
        for claim in claims
        for run in _runs(claim.network, records)
    )
    table = Table("", ("network", title, "backend", *COLUMNS), rows)
    sentences = [f"- `{claim.network}`: {_judged(claim, whose, _runs(claim.network, records))}" for claim in claims]
    return "\n\n".join([table_markdown(table), "\n".join(sentences)])


def _runs(network: str, records: Sequence[Record]) -> list[Record]:
    """The runs of a network that have ended well."""
    return [
        record
        for record in records
        if record.architecture == network and record.status is Status.DONE and not record.superseded
    ]


def _told(run: Record) -> tuple[str, ...]:
    """Backend, test accuracy with its interval, and training loss."""
    found = _interval(run)
    return (
        _named(run),
        f"{100 * found.middle:.2f} %",
        f"{100 * found.low:.2f} to {100 * found.high:.2f} %",
        NOTHING if run.train_loss is None else f"{run.train_loss:.4f}",
    )


def _named(run: Record) -> str:
    return run.backend if run.seed == 0 else f"{run.backend} (seed {run.seed})"


def _spread(runs: Sequence[Record]) -> str:
    """By how much the accuracies of the backends differ at most, in percentage points."""
    accuracies = [_interval(run).middle for run in runs]
    return f"{100 * (max(accuracies) - min(accuracies)):.2f} points"


def _cut_short(run: Record) -> str:
    """How much of the document's training a run did, where that is not all of it."""
    images, epochs = run.spec.data.train_size + run.spec.data.validation_size, run.epochs
    if (images, epochs) == (DOCUMENTED_IMAGES, default_recipe(find_architecture(run.architecture)).epochs):
        return ""
    return f"{images:,} images and {plural(epochs, 'epoch')}"


def _interval(run: Record) -> Interval:
    assert run.test
    return share_interval(run.test.right, run.test.count)


def _judged(claim: Claim, whose: str, runs: Sequence[Record]) -> str:
    """How the figure of the document, or of the example, stands to the runs, in words."""
    if not runs:
        return "not trained here."
    if short := [words for words in map(_cut_short, runs) if words]:
        return f"cut short to {listing(sorted(set(short)))}, which says nothing of the {whose}'s figure."
    if claim.accuracy is not None:
        return _accuracy_judged(claim.accuracy, whose, runs)
    if claim.loss is not None:
        losses = [run.train_loss for run in runs if run.train_loss is not None]
        return f"the training loss ends at {_range(losses, '{:.2f}')}; the {whose} says about {claim.loss:g}."
    accuracies = [_interval(run).middle for run in runs]
    return f"{_range(accuracies, PERCENT)} here; the {whose} has no figure to set beside it."


def _accuracy_judged(accuracy: float, whose: str, runs: Sequence[Record]) -> str:
    """Whether the luck of 10,000 test images can explain what lies between the document's figure and each run."""
    sides: dict[str, list[str]] = {}
    for run in runs:
        found = _interval(run)
        side = "more than" if accuracy > found.high else "less than" if accuracy < found.low else "as much as"
        sides.setdefault(side, []).append(_named(run))
    told = [f"{side} {listing(names)} reached" for side, names in sides.items()]
    reached = _range([_interval(run).middle for run in runs], PERCENT)
    claimed = _range([accuracy], PERCENT)
    return f"{plural(len(runs), 'run')} reached {reached}. The {whose}'s {claimed} are {listing(told)}."


def _range(values: Sequence[float], form: str) -> str:
    low, high = (form.format(value).replace("%", " %") for value in (min(values), max(values)))
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


if __name__ == "__main__":
    for page in PAGES:
        write_file(page, filled(page.read_text(), all_records()).encode())
