"""How fast each backend is plain and tuned."""

from io import StringIO

from msgspec.structs import replace
from rich.console import Console
from synthetic_records import MACHINE, make_record

from mnist_compare.report.console import render
from mnist_compare.report.gains import gain_sentences, gains, gains_table
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.setup import setup_table
from mnist_compare.report.statistics import group_runs

PASSES = ("channels-last", "flat-order")


def run(tuning, seconds, backend="torch", passes=None, **changes):
    """A run that trained for so many seconds per epoch."""
    found = make_record(backend, seconds=seconds, machine=MACHINE | {"cores": 4}, **changes)
    passes = (() if tuning == "plain" else PASSES) if passes is None else passes
    return replace(found, key=f"{found.key}-{tuning}", spec=replace(found.spec, tuning=tuning), passes=passes)


def test_the_factor_is_of_the_same_runs():
    """Four seconds plain and two tuned: twice as fast, with the range of a single run of each, and the passes."""
    table = gains_table(group_runs([run("tuned", 2.0), run("plain", 4.0)]))
    (row,) = table.rows
    cells = dict(zip(table.columns, row, strict=True))
    assert (cells["network"], cells["backend"], cells["times as fast"]) == ("cnn", "torch", "2.0")
    low, high = map(float, cells["range"].split(" to "))
    assert low < 2 < high
    assert cells["passes"] == "channels-last, flat-order"
    assert "tuning" not in cells


def test_there_is_no_table_without_plain_runs():
    """A comparison of tuned networks alone says nothing of it."""
    records = [run("tuned", 2.0), run("tuned", 1.0, "keras")]
    assert gains_table(group_runs(records)).rows == ()
    assert "Plain and tuned" not in report_markdown(records, {})


def test_only_runs_that_differ_in_nothing_else_are_set_against_each_other():
    """Plain runs of native mode, or of another backend, are no measure of tuned ones in matched mode."""
    records = [run("tuned", 2.0), run("plain", 4.0, "keras"), run("plain", 4.0, mode="native")]
    assert gains(group_runs(records)) == []


def test_a_network_that_no_pass_changes_gains_nothing():
    """Its two timings are of the same thing: a factor between them would be noise."""
    table = gains_table(group_runs([run("tuned", 2.0, passes=()), run("plain", 4.0)]))
    assert table.rows[0][-3:] == ("–", "–", "none")  # noqa: RUF001 (the sign for no value)


def test_a_disturbed_timing_gives_no_factor_and_the_reason():
    """It is said of which run, once, and what to do; in the terminal too."""
    disturbed = run("plain", 4.0, other_cores=3.0)
    (gain,) = gains(group_runs([run("tuned", 2.0), disturbed]))
    assert gain.ratio is None
    records = [run("tuned", 2.0), run("channels-last", 2.5, passes=("channels-last",)), disturbed]
    told = "torch (cnn, plain) is not compared in speed: other work may have disturbed the timing"
    (sentence,) = gain_sentences(group_runs(records))
    assert sentence.startswith(told)
    assert "--retime" in sentence
    assert report_markdown(records, {}).count("torch (cnn, plain)") == 1
    console = Console(width=400, record=True, file=StringIO())
    console.print(render(records))
    assert told in console.export_text()


def test_single_passes_are_told_by_name():
    """Each tuning has a row of its own against the plain network."""
    records = [run("tuned", 2.0), run("plain", 4.0), run("channels-last", 2.5, passes=("channels-last",))]
    table = gains_table(group_runs(records))
    assert [row[table.columns.index("tuning")] for row in table.rows] == ["tuned", "channels-last"]


def test_report_and_terminal_tell_plain_from_tuned():
    """Tables name both, the set-up has the passes, and nothing of one is averaged with the other."""
    records = [
        run(tuning, seconds, seed=seed) for seed in (0, 1) for tuning, seconds in (("tuned", 2.0), ("plain", 4.0))
    ]
    text = report_markdown(records, {})
    assert "## Plain and tuned" in text
    assert "| cnn, plain | torch |" in text
    assert "torch: channels-last, flat-order" in text
    assert "**plain**: the network as users of the framework write it" in text
    assert [len(group.runs) for group in group_runs(records)] == [2, 2]
    console = Console(width=100, record=True, file=StringIO())
    console.print(render(records))
    assert "Plain and tuned" in console.export_text()


def test_older_records_have_no_passes_to_tell():
    """The set-up has a dash where nothing was recorded."""
    table = setup_table(group_runs([make_record("torch")]))
    (row,) = table.rows
    assert row[table.columns.index("passes")] == "–"  # noqa: RUF001
    assert row[table.columns.index("tuning")] == "tuned"
