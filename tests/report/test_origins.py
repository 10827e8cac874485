"""Runs of different machines or versions: shown apart, and never averaged."""

from io import StringIO

import msgspec
import pytest
from rich.console import Console
from synthetic_records import MACHINE, make_record

from mnist_compare.records.provenance import Provenance
from mnist_compare.records.record import Status
from mnist_compare.report.attribution import attribution_table
from mnist_compare.report.console import render
from mnist_compare.report.environment import machine_table, versions_table, warnings
from mnist_compare.report.figures import write_figures
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.tables import accuracy_table, digit_table, runtime_table
from mnist_compare.report.verdict import speed_sentences

OTHER = MACHINE | {"cpu": "Another CPU"}


def rows(records):
    """Label of the group, label of the row, seeds."""
    return [
        (group.label, row.label, [run.seed for run in row.runs]) for group in group_runs(records) for row in group.rows
    ]


def versioned(version, seed=0, **changes):
    return make_record("torch", seed=seed, versions={"python": "3.11.9", "torch": version}, **changes)


def coded(record, **code):
    return msgspec.structs.replace(record, provenance=Provenance("", "", code))


def test_versions_of_a_backend_have_rows_of_their_own():
    """The seeds of one version are averaged, those of another are not mixed in; the label names the version."""
    records = [
        versioned("2.12.0", 0, noise=0.2),
        versioned("2.12.0", 1, noise=0.2),
        versioned("2.13.0", 0, noise=0.9),
        make_record("keras"),
    ]
    assert rows(records) == [("cnn", "torch 2.12.0", [0, 1]), ("cnn", "torch 2.13.0", [0]), ("cnn", "keras", [0])]
    (group,) = group_runs(records)
    assert group.rows[0].spread("test_accuracy").mean == pytest.approx(
        (records[0].test_accuracy + records[1].test_accuracy) / 2
    )
    assert [row[1] for row in accuracy_table([group]).rows] == ["torch 2.12.0", "torch 2.13.0", "keras"]
    assert digit_table(group).columns == ("digit", "images", "torch 2.12.0", "torch 2.13.0", "keras")
    assert versions_table(records).columns == ("package", "torch 2.12.0", "torch 2.13.0", "keras")


def test_versions_of_a_backend_are_ranked_against_each_other():
    """On one machine, an old and a new version of a framework compare like two frameworks."""
    records = [versioned("2.12.0", seconds=3.0), versioned("2.13.0", seconds=1.5), make_record("keras", seconds=6.0)]
    (sentence,) = speed_sentences(group_runs(records))
    assert sentence.startswith(
        "torch 2.13.0 trained about 2.0 times faster than torch 2.12.0 (1.4 to 2.7) and about 4.0 times faster "
    )
    table = runtime_table(group_runs(records)).select("relative time")
    assert table.rows == (("2.00",), ("1.00",), ("4.00",))


@pytest.mark.parametrize(
    ("versions", "label"),
    [
        ({"python": "3.12.1", "torch": "2.4.1"}, "torch (python 3.12.1)"),
        ({"python": "3.11.9", "torch": "2.4.1", "numpy": "2.1"}, "torch (numpy 2.1)"),
        ({"python": "3.12.1", "torch": "2.5"}, "torch 2.5"),
    ],
)
def test_the_label_names_what_tells_versions_apart(versions, label):
    """The framework's version if that is enough, else the library that differs; a version may be missing."""
    records = [make_record("torch"), make_record("torch", seed=1, versions=versions)]
    assert rows(records)[1][1] == label
    told = " ".join(warnings(records))
    assert "The runs of torch come from different versions" in told
    assert "never averaged" in told


def test_other_code_of_a_backend_is_another_version():
    """Two states of a backend's source, with the same version number, are not averaged."""
    records = [coded(make_record("torch", seed=seed), mnist_compare_torch=str(seed) * 64) for seed in (0, 1)]
    assert [row[1] for row in rows(records)] == [
        f"torch (code of mnist_compare_torch {str(seed) * 8})" for seed in (0, 1)
    ]


def test_machines_are_never_compared():
    """Runs of two machines have groups of their own, are not ranked, and a sentence says which ran where."""
    records = [make_record("torch"), make_record("torch", seed=1, machine=OTHER), make_record("keras", machine=OTHER)]
    assert rows(records) == [
        ("cnn, machine 1", "torch", [0]),
        ("cnn, machine 2", "torch", [1]),
        ("cnn, machine 2", "keras", [0]),
    ]
    assert [sentence.split(":")[0] for sentence in speed_sentences(group_runs(records))] == ["cnn, machine 2"]
    (warning,) = warnings(records)
    assert "machine 1 (cpu Example CPU) for torch; machine 2 (cpu Another CPU) for torch and keras" in warning
    assert machine_table(records).columns == ("property", "machine 1", "machine 2")


def test_machines_keep_their_names_in_another_order():
    """The machine that was used first is machine 1, whatever the order of the records: a report made again agrees."""
    first = make_record("torch", started="2025-01-01T10:00:00Z")
    second = make_record("keras", started="2025-01-02T10:00:00Z", machine=OTHER)
    for records in ([first, second], [second, first]):
        assert ("cnn, machine 1", "torch", [0]) in rows(records)


def test_an_unknown_fact_is_no_other_machine():
    """A machine without GPUs is the same one as in a record that was written before GPUs were recorded."""
    records = [make_record("torch"), make_record("keras", machine=MACHINE | {"gpus": []})]
    assert len(group_runs(records)) == 1
    assert warnings(records) == []


@pytest.mark.parametrize(
    ("others", "label"),
    [
        ({"versions": {"mnist-compare": "0.2.0"}}, "cnn, mnist-compare 0.2.0"),
        ({"provenance": Provenance("", "", {"mnist_compare": "b" * 64})}, "cnn, code bbbbbbbb"),
    ],
)
def test_states_of_the_program_are_never_compared(others, label):
    """What made weights, batches and times must be the same in a ranking: another state of it is a group apart."""
    first = coded(make_record("torch", versions={"mnist-compare": "0.1.0"}), mnist_compare="a" * 64)
    second = msgspec.structs.replace(msgspec.structs.replace(first, backend="keras", key="k"), **others)
    groups = group_runs([first, second])
    assert groups[1].label.startswith(label.split(",")[0])
    assert label.split(", ")[1] in groups[1].label
    assert speed_sentences(groups) == []
    assert any("different states of mnist-compare" in warning for warning in warnings([first, second]))


def test_backends_on_other_libraries_are_compared_with_a_note():
    """Frameworks that need environments of their own are ranked, and the note names the libraries that differ."""
    records = [
        make_record("torch", versions={"torch": "2.4", "numpy": "2.1"}, seconds=1.0),
        make_record("keras", versions={"keras": "3.1", "numpy": "1.26"}, seconds=3.0),
    ]
    (sentence,) = speed_sentences(group_runs(records))
    assert sentence.startswith("torch trained about 3.0 times faster than keras (2.2 to 4.1).")
    (warning,) = warnings(records)
    assert "not all run on the same libraries: numpy 2.1 (torch) / 1.26 (keras)" in warning


def test_defaults_and_engine_are_told_apart_within_a_version():
    """A gap of native mode is set against the matched one of the same versions."""
    records = [
        versioned(version, mode=mode, noise=noise)
        for version in ("2.12.0", "2.13.0")
        for mode, noise in (("matched", 0.3), ("native", 0.5))
    ] + [make_record("keras", mode=mode) for mode in ("matched", "native")]
    assert [row[1] for row in attribution_table(group_runs(records)).rows] == [
        "torch 2.12.0 \N{MINUS SIGN} torch 2.13.0",
        "torch 2.12.0 \N{MINUS SIGN} keras",
        "torch 2.13.0 \N{MINUS SIGN} keras",
    ]


def test_runs_that_stand_apart_are_shown_everywhere(tmp_path):
    """Report, console and figures name both versions and both machines, and the reason."""
    records = [versioned("2.12.0"), versioned("2.13.0"), make_record("torch", seed=2, machine=OTHER)]
    console = Console(width=80, file=StringIO(), record=True)
    console.print(render(records))
    for text in (report_markdown(records, {}), console.export_text()):
        for word in ("torch 2.12.0", "torch 2.13.0", "machine 1", "machine 2", "never averaged"):
            assert word in " ".join(text.split())
    figures = write_figures(records, tmp_path)
    assert len(figures) == 12
    assert len({figure.group for figure in figures}) == 2


def test_a_run_that_told_no_machine_is_on_no_other_one():
    """A run that crashed before it told machine and code does not part the others, and stands in the report."""
    crashed = make_record("torch", status=Status.CRASHED, reason="signal 9", epochs=0, machine={}, seed=1)
    crashed = coded(crashed)
    text = report_markdown([coded(make_record("torch"), mnist_compare="a" * 64), crashed], {})
    assert "different machines" not in text
    assert "different states" not in text
    assert "different versions" not in text
    assert "machine 1" not in text
    assert "signal 9" in text


def test_a_machine_that_was_not_recorded_is_said():
    """Trained runs without a machine are reported, apart from those with one, and nothing is made up for them."""
    unknown = make_record("torch", machine={})
    assert "94.40 %" in report_markdown([unknown, make_record("keras", machine={})], {})
    text = report_markdown([unknown, make_record("keras")], {})
    assert "machine 1 (not recorded) for torch; machine 2 (cpu Example CPU) for keras" in text
