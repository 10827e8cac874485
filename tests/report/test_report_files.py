import subprocess
import sys
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from synthetic_records import make_record

from mnist_compare.errors import OutputError
from mnist_compare.records.frame import COLUMNS
from mnist_compare.records.record import Status
from mnist_compare.report import draw_samples, write_report
from mnist_compare.report.console import render


def shown(records, width=80):
    console = Console(width=width, record=True, file=StringIO())
    console.print(render(records))
    return console.export_text()


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_report_is_the_same_when_made_again(tmp_path):
    """A report that is made again from the same records shows no difference in version control, figures included."""
    records = [make_record("torch", epochs=2), make_record("paddle", status=Status.FAILED, reason="no", epochs=0)]
    samples = draw_samples(np.zeros((3, 28, 28), np.uint8), np.arange(3))
    first = write_report(tmp_path / "a", records, samples)
    write_report(tmp_path / "b", records, samples)
    assert first == tmp_path / "a" / "report.md"
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    write_report(tmp_path / "a", [make_record("torch", status=Status.FAILED, epochs=0)])
    assert "figures/samples.png" in first.read_text()


def test_csv_has_all_runs_and_columns(tmp_path):
    """The CSV gives every run's values at full precision, integers as integers, and leaves unknown ones empty."""
    records = [make_record("torch", epochs=1), make_record("keras", epochs=0, status=Status.FAILED, reason="a,\nb")]
    write_report(tmp_path, records)
    frame = pd.read_csv(tmp_path / "results.csv")
    assert list(frame.columns) == list(COLUMNS)
    assert frame["test_accuracy"][0] == records[0].test_accuracy
    assert frame["test_loss"][0] == records[0].test_loss
    assert frame["framework_version"].tolist() == ["2.4.1", "2.4.1"]
    assert frame["reason"][1] == "a,\nb"
    assert frame["test_accuracy"].isna().tolist() == [False, True]
    assert ",512000000," in (tmp_path / "results.csv").read_text()


def test_parquet_has_what_the_csv_has(tmp_path):
    """results.parquet holds the values of results.csv with their types, whatever a record holds of its machine."""
    pytest.importorskip("pyarrow")
    failed = make_record("keras", epochs=0, status=Status.FAILED, reason="a,\nb", machine={"cpu": 7}, resumed=10**30)
    write_report(tmp_path, [make_record("torch", epochs=1), failed])
    frame, table = pd.read_parquet(tmp_path / "results.parquet"), pd.read_csv(tmp_path / "results.csv")
    assert list(frame.columns) == list(COLUMNS)
    assert frame["test_accuracy"].equals(table["test_accuracy"])
    assert frame["seed"].tolist() == [0, 0]
    assert frame["reason"][1] == "a,\nb"
    assert frame["cpu"].tolist() == ["Example CPU", "7"]
    assert frame["resumed"].tolist() == ["0", str(10**30)]


def test_without_pyarrow_there_is_no_parquet(tmp_path, monkeypatch):
    """Where pyarrow is missing the report is written as ever, and no older results.parquet stays beside it."""
    (tmp_path / "results.parquet").write_bytes(b"of other records")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    write_report(tmp_path, [make_record()])
    assert (tmp_path / "results.csv").exists()
    assert not (tmp_path / "results.parquet").exists()


def test_unwritable_folder_is_explained(tmp_path):
    """A folder that cannot be written gives one line with path and reason instead of a traceback."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"the report into .*file: .*file is a file, where a folder is needed\. Move"):
        write_report(tmp_path / "file", [])


def test_what_lies_in_the_way_of_a_report_is_named(tmp_path):
    """A file called figures, or a folder called results.csv, is named with what to do."""
    (tmp_path / "figures").write_text("mine")
    with pytest.raises(OutputError, match=r"figures is a file, where a folder is needed\. Move it away\."):
        write_report(tmp_path, [make_record()])
    (tmp_path / "figures").unlink()
    (tmp_path / "results.csv").mkdir()
    with pytest.raises(OutputError, match=r"results\.csv: Is a directory\. A file is to be .* move it away\."):
        write_report(tmp_path, [make_record()])


def test_console_fits_80_columns():
    """On a small terminal no number is cut off, and the findings come last, where the eye is."""
    records = [make_record(b, seed=s, seconds=x + s / 99) for b, x in (("torch", 3.0), ("keras", 1.5)) for s in (0, 1)]
    text = shown(records)
    assert max(map(len, text.splitlines())) <= 80
    assert f"{50 * (records[0].test_accuracy + records[1].test_accuracy):.2f} ±" in text
    findings = " ".join(text.split("test images.")[1].split())
    assert findings.startswith("keras trained 2.00 times faster than torch (")
    assert findings.endswith(
        "From start to end, everything included, keras took 7.80 ± 0.02 s and torch 12.3 ± 0.02 s."
    )


def test_console_shows_statuses_in_words():
    """Without colors too, one sees which run failed and why; a reason in brackets is no markup."""
    text = shown([make_record("torch", status=Status.CRASHED, reason="[bold]signal[/bold] 9")])
    assert "crashed" in text
    assert "[bold]signal[/bold] 9" in text
    assert "There are no runs yet." in shown([])


def test_import_is_light():
    """Commands that write no report do not wait for pandas and matplotlib."""
    modules = "sys, mnist_compare.report, mnist_compare.report.console"
    code = f"import {modules}; print({{'pandas', 'matplotlib'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
