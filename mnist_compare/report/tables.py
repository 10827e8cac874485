"""The tables of a report as plain data: made once here, shown as Markdown, on the console, or elsewhere."""

from collections.abc import Callable, Sequence
from typing import Literal

from mnist_compare.document.table import Cells, Table
from mnist_compare.document.words import NOTHING, listing, plural
from mnist_compare.experiment.evaluation import DigitScore
from mnist_compare.records.measures import spread
from mnist_compare.records.record import Record, Status
from mnist_compare.report.accuracy_interval import accuracy_interval
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.cells import amount, loss, number, percent
from mnist_compare.report.shown_classes import shown_classes, shown_note
from mnist_compare.report.speed import ranked, speed_of
from mnist_compare.report.statistics import BackendRuns, Group
from mnist_compare.report.verdict import range_words

Score = Literal["accuracy", "precision"]

MAX_REASON = 400
_OPTIONAL = ("GPU memory MB", "train accuracy", "validation accuracy", "validation loss", "95 % interval")
RESUMED = "†"


def accuracy_table(groups: Sequence[Group]) -> Table:
    """What the trained networks are worth, per group and backend, as means over the seeds."""
    columns = ["network", "backend", "test accuracy", "test loss", "validation accuracy", "validation loss"]
    columns += ["train accuracy", "right", "95 % interval", "runs"]
    rows = [
        (
            group.label,
            row.label,
            percent(row.spread("test_accuracy")),
            loss(row.spread("test_loss")),
            percent(row.spread("validation_accuracy")),
            loss(row.spread("validation_loss")),
            percent(row.spread("train_accuracy")),
            _right(row),
            _interval(row),
            str(len(row.done)),
        )
        for group, row in _finished(groups)
    ]
    note = (
        "The interval is of the test accuracy: of one run, Wilson's, for other images of the same kind; of several, "
        "Student's, for other seeds."
    )
    return _table("Accuracy", tuple(columns), rows, note, seeds_note(groups), regression_note(groups))


def runtime_table(groups: Sequence[Group]) -> Table:
    """Where the time went, per group and backend, as means over the seeds."""
    columns = ["network", "backend", "training s", "total s", "s per epoch", "images/s", "relative time", "range"]
    columns += ["timings", "first step s", "evaluation s", "start-up s", "peak memory MB", "GPU memory MB"]
    relative = {(group.label, label): cells for group in groups for label, cells in _relative(group).items()}
    rows = [
        (
            group.label,
            _marked(row),
            amount(row.timing("train_seconds")),
            amount(row.timing("total_seconds")),
            amount(row.timing("epoch_seconds")),
            number(row.timing("images_per_second"), "{:,.0f}"),
            *relative.get((group.label, row.label), (NOTHING, NOTHING)),
            str(sum(len(run.counted) for run in row.timed)),
            amount(row.timing("first_step_seconds")),
            amount(row.timing("evaluation_seconds")),
            amount(row.timing("startup_seconds")),
            number(row.timing("peak_memory_bytes"), "{:,.0f}", 1e-6),
            number(row.timing("device_memory_bytes"), "{:,.0f}", 1e-6),
        )
        for group, row in _finished(groups)
    ]
    note = (
        "Training is steady training: every step but the first, which is apart because frameworks compile in it. "
        "Total is everything, from the start of the process to its end. "
        "Relative time is the training time per image, where the fastest backend of a network is 1.00, with the range "
        "in which it lies (of several timings, an interval of 95 %, for all pairs of a network at once); it is missing "
        "where the timing does not allow a comparison, or its range says nothing. "
        "Start-up is the start of the process, the import of the framework and the building of the network."
    )
    return _table("Runtime", tuple(columns), rows, note, seeds_note(groups), resumed_note(groups))


def unfinished_table(groups: Sequence[Group]) -> Table:
    """The runs that did not train to the end, and why."""
    rows = [
        (row.label, group.label, str(run.seed), run.status.value, _reason(run))
        for group in groups
        for row in group.rows
        for run in row.runs
        if run.status is not Status.DONE
    ]
    return Table("Runs that did not finish", ("backend", "network", "seed", "status", "reason"), tuple(rows))


def digit_table(group: Group, score: Score = "accuracy") -> Table:
    """How well each digit (or class) is recognised: digits down, backends across.

    Accuracy is the share of a digit's images that are recognised (its recall), with their number; precision is the
    share of right ones among the predictions of that digit.
    """
    rows = [row for row in group.finished if any(run.test for run in row.done)]
    names = tuple(row.label for row in rows)
    cells = [
        (group.class_name(digit), _images(rows, digit), *(_digit(row, digit, score) for row in rows))
        for digit in shown_classes(group)
    ]
    meaning = {
        "accuracy": "In brackets: how many of the images were recognised.",
        "precision": f"Of all predictions of a {group.class_word}, the share that is right.",
    }
    title = f"{score.capitalize()} per {group.class_word}"
    note = " ".join(filter(None, (meaning[score], shown_note(group))))
    return Table(title, (group.class_word, "images", *names), tuple(cells) if rows else (), note)


def regression_note(groups: Sequence[Group]) -> str:
    """What to know about networks that give one number, or "" where there is none."""
    return " ".join(map(str, regression_caveats(groups)))


def regression_caveats(groups: Sequence[Group]) -> list[Caveat]:
    """The same as a caveat."""
    found = [group for group in groups if group.regression and group.finished]
    if not found:
        return []
    word = found[0].class_word
    outside = [run.test.out_of_range for g in groups if g.regression for row in g.rows for run in row.done if run.test]
    labels = listing([group.label for group in found])
    return [
        Caveat(
            "A regression",
            f"{labels}: a regression onto the {word}.",
            "Its loss is the mean squared error, not comparable with the cross-entropy of the others; its predicted "
            f"{word} is the output cut to an integer, and outputs outside 0 to {found[0].class_count - 1} count as "
            f"wrong (at most {max(outside, default=0):,} of them in a run).",
        )
    ]


def seeds_note(groups: Sequence[Group]) -> str:
    """How to read several seeds, or "" where every row has one."""
    several = any(len(row.done) > 1 for group in groups for row in group.rows)
    return "Where there are several runs: mean ± standard deviation over the seeds." if several else ""


def resumed_note(groups: Sequence[Group]) -> str:
    """What the dagger means, or "" where no run was interrupted and taken up again."""
    rows = [row for _, row in _finished(groups)]
    told = []
    for label in dict.fromkeys(row.label for row in rows if row.resumed):
        found = [row for row in rows if row.label == label]
        resumed, done = sum(len(row.resumed) for row in found), sum(len(row.done) for row in found)
        told.append(f"{resumed} of {plural(done, 'run')} of {label}")
    if not told:
        return ""
    return (
        f"{RESUMED} Interrupted and resumed: {listing(told)}. The times of such a run are put together from parts, and "
        "count only where a row has no other run."
    )


def _finished(groups: Sequence[Group]) -> list[tuple[Group, BackendRuns]]:
    return [(group, row) for group in groups for row in group.finished]


def _table(title: str, columns: Cells, rows: Sequence[Cells], *notes: str) -> Table:
    """The table without the optional columns that say nothing here."""
    silent = {"runs": {"1"}, "timings": {"1"}, "range": {NOTHING}}
    silent |= {name: {NOTHING} for name in _OPTIONAL}
    kept = [name for i, name in enumerate(columns) if not (name in silent and {row[i] for row in rows} <= silent[name])]
    return Table(title, columns, tuple(rows), " ".join(note for note in notes if note)).select(*kept)


def _marked(row: BackendRuns) -> str:
    return f"{row.label} {RESUMED}" if row.resumed else row.label


def _right(row: BackendRuns) -> str:
    right, count = row.spread("right"), row.spread("count")
    if right is None or count is None:
        return NOTHING
    return f"{right.mean:,.{0 if right.count == 1 else 1}f} of {count.mean:,.0f}"


def _interval(row: BackendRuns) -> str:
    """In which the accuracy lies: over the seeds, or of one run over other images of the same kind."""
    found = accuracy_interval(row)
    return f"{100 * max(0.0, found.low):.2f} to {100 * min(1.0, found.high):.2f} %" if found else NOTHING


def _relative(group: Group) -> dict[str, tuple[str, str]]:
    """Of each row that is compared in speed: how many times longer it trained per image, and the range of that."""
    speed = speed_of(group)
    if speed is None or not speed.rows:
        alone = ranked(group) if len(group.rows) == 1 else []  # among others, the only one that counts is no fastest
        return {row.label: ("1.00", NOTHING) for row, _ in alone}
    others = {
        ratio.backend: (NOTHING if ratio.is_open else f"{ratio.ratio:,.2f}", range_words(ratio))
        for ratio in speed.others
    }
    return {speed.fastest: ("1.00", NOTHING)} | others


def _reason(run: Record) -> str:
    text = " ".join(run.reason.split())
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 1] + "…"


def _images(rows: Sequence[BackendRuns], digit: int) -> str:
    counts = sorted({run.test.scores[digit].count for row in rows for run in row.done if run.test})
    return " / ".join(f"{count:,}" for count in counts)


def _digit(row: BackendRuns, digit: int, score: Score) -> str:
    scores = [run.test.scores[digit] for run in row.done if run.test]
    read: dict[Score, Callable[[DigitScore], float | None]] = {
        "accuracy": lambda found: found.accuracy,
        "precision": lambda found: found.precision,
    }
    share = spread(read[score](found) for found in scores)
    if share is None:
        return NOTHING
    text = f"{100 * share.mean:.1f} %"
    right = spread(found.right for found in scores)
    if score == "precision" or right is None:
        return text
    return f"{text} ({right.mean:,.{0 if right.count == 1 else 1}f})"
