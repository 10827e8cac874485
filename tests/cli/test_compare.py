"""`compare OLD NEW`, as CI would use it."""

import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import msgspec
import pytest
from command_line import LINEAR, SMALL, run_here

from mnist_compare.records.record import Status
from mnist_compare.records.results import read_records

PAGE = Path(__file__).parents[2] / "docs" / "ci.md"
LOOPS = re.findall(r"^for seed in .*?^done.*?$", PAGE.read_text(), re.M | re.S)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A comparison, `same`, of which `worse` is a copy whose test accuracy is another, and nothing else."""
    folder = tmp_path_factory.mktemp("compare")
    assert run_here(*LINEAR, "--output", "same", cwd=folder).returncode == 0
    (record,) = read_records(folder / "same")
    missed = {"count": record.test.count, "right": 0, "accuracy": 0.0}
    test = msgspec.structs.replace(record.test, **missed, predictions_sha256="other")
    nothing = zlib.compress(bytes((record.test.count + 7) // 8))
    test = msgspec.structs.replace(test, predictions=msgspec.structs.replace(test.predictions, right=nothing))
    worse = msgspec.structs.replace(record, test=test, test_accuracy=0.0)
    (folder / "worse").mkdir()
    (folder / "worse" / "results.jsonl").write_bytes(msgspec.json.encode(worse) + b"\n")
    return folder


def test_a_comparison_with_itself_has_no_change(folder):
    """It says so of accuracy and time, and ends well whatever the limits."""
    result = run_here("compare", "same", "same", "--fail-on", "slower=0%,accuracy=0,memory=0%", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert "the same" in result.stdout
    assert "worse" not in result.stdout.replace("Worse: all", "").replace("Better or worse", "")


def test_a_drop_is_told_and_fails_on_request(folder):
    """Exit code 4 where the accuracy fell by more than is allowed; 0 where nothing was asked."""
    failed = run_here("compare", "same", "worse", "--fail-on", "accuracy=0.1", cwd=folder)
    assert failed.returncode == 4
    assert "points less accurate, where 0.1 is allowed" in failed.stdout
    assert run_here("compare", "same", "worse", cwd=folder).returncode == 0
    assert run_here("compare", "worse", "same", "--fail-on", "accuracy=0.1", cwd=folder).returncode == 0


def test_json_is_all_that_is_on_stdout(folder):
    """Scripts get every number and verdict, and what has failed."""
    result = run_here("compare", "same", "worse", "--fail-on", "accuracy=0.1", "--json", cwd=folder)
    shown = msgspec.json.decode(result.stdout)
    assert shown["changes"][0]["accuracy"]["verdict"] == "worse"
    assert shown["changes"][0]["training_time"]["in_turn"] is False
    assert len(shown["failed"]) == 1


def test_json_says_what_the_text_says(folder, tmp_path):
    """Whoever reads JSON alone learns of a run that crashed, of rows of one side, and of what changed around."""
    (record,) = read_records(folder / "same")
    fields = {"key": "other", "seed": 5, "test": None, "test_accuracy": None}
    ended = msgspec.structs.replace(record, **fields, status=Status.CRASHED, reason="killed")
    done = msgspec.structs.replace(record, key="done", seed=5, versions={"numpy": "0.1"})
    for name, further in (("old", done), ("new", ended)):
        (tmp_path / name).mkdir()
        lines = [msgspec.json.encode(one) + b"\n" for one in (record, further)]
        (tmp_path / name / "results.jsonl").write_bytes(b"".join(lines))
    result = run_here("compare", "old", "new", "--json", "--fail-on", "accuracy=50", cwd=tmp_path)
    shown = msgspec.json.decode(result.stdout)
    assert result.returncode == 4
    assert shown["failed"] == ["numpy linear: crashed (seed 5) in the new comparison, done in the old one"]
    (unfinished,) = shown["unfinished"]
    assert (unfinished["comparison"], unfinished["status"], unfinished["reason"]) == ("new", "crashed", "killed")
    assert (shown["only_old"], shown["only_new"]) == ([], [])
    assert "numpy: numpy" in [row["what"] for row in shown["surroundings"]]
    assert shown["changes"][0]["old"]["test_accuracy"] == record.test_accuracy
    text = run_here("compare", "old", "new", cwd=tmp_path)
    assert text.returncode == 0
    assert "did not finish in the new comparison: crashed (seed 5)." in " ".join(text.stdout.split())
    assert all(" ".join(said.split()) in " ".join(text.stdout.split()) for said in shown["sentences"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["same", "missing"], ["missing", "results.jsonl"]),
        (["same", "same", "--fail-on", "colour=3"], ["slower", "accuracy", "memory"]),
        (["same", "same", "--fail-on", "slower=much"], ["slower=5%", "'much'"]),
        (["same", "same", "--fail-on", "accuracy=-1"], ["accuracy=0.1"]),
        (["same", "same", "--fail-on", "accuracy"], ["accuracy=0.1"]),
        (["same", "same", "--fail-on", ""], ["names no figure", "slower, accuracy, memory", "slower=5%"]),
        (["same", "same", "--fail-on", "memory=1%", "--fail-on", ","], ["names no figure", "','"]),
    ],
)
def test_bad_input_is_an_error_in_words(folder, arguments, words):
    """Exit code 2, one paragraph, no traceback."""
    result = run_here("compare", *arguments, cwd=folder)
    assert result.returncode == 2
    assert all(word in result.stderr for word in words), result.stderr
    assert "Traceback" not in result.stderr


def test_half_a_record_is_told_and_takes_no_report(folder, tmp_path):
    """Where a power cut left half a line, whoever reads the results learns of it, and a good report stays."""
    line = (folder / "same" / "results.jsonl").read_bytes()
    (tmp_path / "cut").mkdir()
    results, page = tmp_path / "cut" / "results.jsonl", tmp_path / "cut" / "report.html"
    results.write_bytes(line + line[:500])
    for command in (("report", "cut"), ("compare", "cut", "cut"), ("export", "cut", "--to", "tensorboard")):
        result = run_here(*command, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert result.stderr.count("is half a record, and is left out") == 1
    report = page.read_bytes()
    for left in (line[:500], b""):
        results.write_bytes(left)
        result = run_here("report", "cut", cwd=tmp_path)
        assert result.returncode == 2
        assert "No whole record is left in cut, so that report.html stays as it is" in " ".join(result.stderr.split())
        assert page.read_bytes() == report
    results.write_bytes(line[:-1])
    assert "half" not in run_here("report", "cut", cwd=tmp_path).stderr


@pytest.mark.slow
@pytest.mark.parametrize("loop", LOOPS)
def test_the_loops_of_the_page_train_in_turn(tmp_path, loop):
    """Whoever trains as docs/ci.md says has two comparisons in turn, each of all seeds."""
    for state in ("old", "new"):
        (tmp_path / state).mkdir()
    text = re.sub(r"[\w/]*python(?= -m)", sys.executable, loop).replace("0 1 2 3 4 5", "0 1 2")
    text = text.replace("--backends torch", "--backends numpy").replace("--train-size 20000", " ".join(SMALL))
    subprocess.run([shutil.which("bash") or "sh", "-c", text], cwd=tmp_path, check=True, timeout=300)
    (change,) = msgspec.json.decode(run_here("compare", "reports/old", "reports/new", "--json", cwd=tmp_path).stdout)[
        "changes"
    ]
    assert change["accuracy"]["seeds"] == 3
    assert change["training_time"]["in_turn"]
