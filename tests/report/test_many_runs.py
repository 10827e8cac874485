"""A report of thousands of runs: it takes seconds, and shows no more than a reader looks through."""

import math
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random
from time import perf_counter

import pytest
from msgspec.structs import replace
from rich.console import Console
from synthetic_records import make_record

from mnist_compare.document.table import MAX_ROWS
from mnist_compare.records.provenance import Provenance
from mnist_compare.records.record import Status
from mnist_compare.report.console import render
from mnist_compare.report.figures import write_figures
from mnist_compare.report.limits import FEW_GROUPS, MAX_GROUPS
from mnist_compare.report.machine_load import _OwnLoad
from mnist_compare.report.markdown import report_markdown

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def with_times(record, began, ended, **changes):
    """The record with a start and an end, in seconds."""
    times = {"started": began, "finished": ended}
    return replace(record, **{k: (BEGIN + timedelta(seconds=s)).isoformat() for k, s in times.items()}, **changes)


def with_threads(record, number):
    """The record with another number of threads, so that it is in a group of its own, and no setting of a recipe."""
    return replace(record, key=f"{record.key}-{number}", spec=replace(record.spec, threads=1 + number))


def with_rate(record, number):
    """The record with the learning rate of that number, so that it is in a group of its own."""
    rate = 0.001 * (1 + number)
    recipe = record.spec.recipe.changed(learning_rate=rate)
    return replace(record, key=f"{record.key}-{number}", spec=replace(record.spec, recipe=recipe))


def test_own_load_is_that_of_every_run_before():
    """Reading only the runs that are near in time gives the same load as reading all of them."""
    random, record = Random(0), make_record()
    spans = [(begin, begin + random.choice((5, 50, 3000))) for begin in (random.randrange(20_000) for _ in range(200))]
    machines = [{"cpu": "one"}, {"cpu": "two"}]
    records = [with_times(record, *span, machine=random.choice(machines)) for span in spans]
    own = _OwnLoad(records)
    for (start, _), mine in zip(spans, records, strict=True):
        expected = sum(
            other.spec.threads * (math.exp(-max(0, start - ended) / 60) - math.exp(-(start - began) / 60))
            for (began, ended), other in zip(spans, records, strict=True)
            if other is not mine and other.machine == mine.machine and began < start
        )
        assert own.before(mine) == pytest.approx(expected, abs=1e-6)


def test_of_very_many_settings_a_few_are_shown_in_detail(tmp_path):
    """Figures and findings are of the first settings, with a note; the tables have all."""
    some = [with_threads(make_record(epochs=1), number) for number in range(MAX_GROUPS)]
    assert report_markdown(some, {}).count("## Network") == MAX_GROUPS
    many = [*some, with_threads(make_record(epochs=1), MAX_GROUPS)]
    text = report_markdown(many, {})
    assert text.count("## Network") == FEW_GROUPS
    assert f"the first {FEW_GROUPS} of {MAX_GROUPS + 1} settings alone" in text
    assert text.count("\n| cnn, ") == 3 * len(many)  # accuracy, runtime, what was run
    assert len({figure.group for figure in write_figures(many, tmp_path)}) == FEW_GROUPS


def test_long_tables_are_cut_with_a_note():
    """A table of runs that failed ends where nobody reads on, in the report and on the console."""
    failed = [make_record(seed=seed, status=Status.CRASHED, reason="killed", epochs=0) for seed in range(MAX_ROWS + 7)]
    text = report_markdown(failed, {})
    assert text.count("| crashed |") == MAX_ROWS
    assert "7 more rows are left out. results.csv has every run." in text
    console = Console(width=100, file=StringIO())
    console.print(render(failed))
    assert "7 more rows" in console.file.getvalue()


@pytest.mark.parametrize("settings", [1, 2000])
def test_time_grows_with_the_number_of_runs_and_no_faster(settings):
    """4,000 runs, of one setting or of 2,000, are no work of minutes, on a busy machine either."""
    made = Provenance("python -m mnist_compare", "0" * 64, {}, load_before=4.0)
    real = [replace(make_record(name), machine={"cores": 2}, provenance=made) for name in ("torch", "keras")]
    kinds = [[with_rate(record, number) for record in real] for number in range(settings)]
    records = [
        with_times(record, 60 * number, 60 * number + 50, seed=number, key=str(2 * number + i))
        for number in range(2000)
        for i, record in enumerate(kinds[number % settings])
    ]
    begin = perf_counter()
    assert "4,000 runs" in report_markdown(records, {})
    assert perf_counter() - begin < 30
