"""The tables that the page alone has: the summary, the certificates, what runs took of the machine, and every run."""

from collections.abc import Sequence
from itertools import groupby

from mnist_compare.certify.certificate import Pair, overall
from mnist_compare.certify.tables import WHOLE, power
from mnist_compare.document.table import ALL, Table
from mnist_compare.document.words import NOTHING, significant
from mnist_compare.records.measures import MEASURES, Measure
from mnist_compare.records.record import Record
from mnist_compare.report.certified import OwnCertificate
from mnist_compare.report.statistics import Group
from mnist_compare.report.tables import accuracy_table, runtime_table

MAX_RUNS = 2_000
SUMMARY = (
    *("network", "backend", "test accuracy", "95 % interval", "test loss", "runs"),
    *("training s", "images/s", "relative time", "range", "peak memory MB"),
)
GAPS = {"loss_gap": "loss", "gradient_gap": "gradients", "weight_gap": "weights", "slot_gap": "slots"}
GAPS |= {"statistics_gap": "statistics", "logits_gap": "logits"}


def summary_table(groups: Sequence[Group]) -> Table:
    """What matters most of every network in every backend, in one row."""
    worth, time = accuracy_table(groups), runtime_table(groups)
    rows = [
        dict(zip(time.columns, theirs, strict=True)) | dict(zip(worth.columns, ours, strict=True))
        for ours, theirs in zip(worth.rows, time.rows, strict=True)
    ]
    columns = tuple(name for name in SUMMARY if name in (*worth.columns, *time.columns))
    return Table("Every network in every backend", columns, tuple(tuple(row[c] for c in columns) for row in rows))


def certificate_table(certificates: Sequence[OwnCertificate]) -> Table:
    """Of each case of the certificates: the verdict over its pairs, and their largest gaps."""
    rows = tuple(
        _case(list(pairs))
        for own in certificates
        for _, pairs in groupby(own.certificate.pairs, lambda pair: pair.case)
    )
    note = (
        "The largest absolute difference that any pair has. Slots are those of the optimizer, statistics the running "
        "ones of batch normalization; differ: test images for which two backends predict otherwise."
    )
    columns = ("network", "precision", "verdict", "steps", *GAPS.values(), "differ")
    return Table("The largest gaps of any pair", columns, rows, note, WHOLE)


def _case(pairs: Sequence[Pair]) -> tuple[str, ...]:
    first, compared = pairs[0], [pair for pair in pairs if not pair.reason]
    gaps = [[getattr(pair, gap) for pair in compared] for gap in GAPS]
    return (
        first.case,
        first.precision,
        _verdict(pairs),
        f"{first.steps:,}",
        *(power(None if None in found else max(found)) if found else NOTHING for found in gaps),
        f"{max(pair.predictions_differing or 0 for pair in compared):,}" if compared else NOTHING,
    )


def _verdict(pairs: Sequence[Pair]) -> str:
    """Pairs of which there is nothing to compare do not differ: nothing is known of them."""
    known = [pair for pair in pairs if not pair.reason]
    if overall(known) == "differ" or len(known) == len(pairs):
        return overall(known)
    return "not compared" if not known else f"{overall(known)}, in part"


def resource_table(groups: Sequence[Group]) -> Table:
    """What each backend took of the machine, and how it was run."""
    rows = tuple(
        (
            group.label,
            row.label,
            ", ".join(sorted({f"{run.used_threads}" for run in row.done})),
            ", ".join(sorted({run.used_execution or NOTHING for run in row.done})),
            significant(max(run.counted_others for run in row.timed), 2),
        )
        for group in groups
        for row in group.finished
    )
    how = Table("", ("network", "backend", "threads", "execution", "other work, cores"), rows)
    took = runtime_table(groups).select(
        "peak memory MB", "GPU memory MB", "start-up s", "first step s", "evaluation s", "total s"
    )
    note = (
        "Start-up is the start of the process, the import of the framework and the building of the network. Other "
        "work are the cores that other processes kept busy, of those that the run might use."
    )
    cells = tuple((*ours[:2], *theirs, *ours[2:]) for ours, theirs in zip(how.rows, took.rows, strict=True))
    return Table("What each backend took", (*how.columns[:2], *took.columns, *how.columns[2:]), cells, note)


def run_table(groups: Sequence[Group]) -> Table:
    """Every run, whatever has become of it; of very many, the first ones."""
    runs = [(group, row.label, run) for group in groups for row in group.rows for run in row.runs]
    columns = (
        *("network", "backend", "seed", "status", "test accuracy", "test loss", "training s", "total s"),
        *("images/s", "peak memory MB", "other work, cores", "began"),
    )
    rows = tuple(_run(group.label, label, run) for group, label, run in runs[:MAX_RUNS])
    more = len(runs) - MAX_RUNS
    return Table(
        "Every run",
        columns,
        rows,
        f"{more:,} more {'run is' if more == 1 else 'runs are'} left out. {ALL}" if more > 0 else "",
    )


def _run(network: str, backend: str, run: Record) -> tuple[str, ...]:
    return (
        network,
        backend,
        str(run.seed),
        run.status.value.replace("_", " "),
        _cell(run, "test_accuracy", "{:.2f} %", 100),
        _cell(run, "test_loss", "{:.4f}" if abs(run.test_loss or 0.0) < 1e4 else "{:.3g}"),
        _cell(run, "train_seconds"),
        _cell(run, "total_seconds"),
        _cell(run, "images_per_second", "{:,.0f}"),
        _cell(run, "peak_memory_bytes", "{:,.0f}", 1e-6),
        significant(run.counted_others, 2),
        run.started[:16].replace("T", " "),
    )


def _cell(run: Record, measure: Measure, form: str = "", factor: float = 1.0) -> str:
    value = MEASURES[measure](run)
    if value is None:
        return NOTHING
    return form.format(value * factor) if form else significant(value)
