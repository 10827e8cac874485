"""Comparisons whose runs do not all finish: each is a record with its status and reason."""

import msgspec
from command_line import LINEAR, SMALL, run_cli


def records(folder):
    lines = (folder / "results.jsonl").read_bytes().splitlines()
    return {record["architecture"]: record for record in map(msgspec.json.decode, lines)}


def test_a_diverging_run_leaves_the_others_alone(tmp_path):
    """A learning rate that is too large for one network ends that run as diverged; the other is done; exit code 3."""
    asked = ("run", "-b", "numpy", "-a", "linear,mlp", "--learning-rate", "1", *SMALL, "--epochs", "2", "-o", "out")
    result = run_cli(*asked, cwd=tmp_path)
    assert result.returncode == 3, result.stderr
    assert "Traceback" not in result.stderr
    found = records(tmp_path / "out")
    assert {name: record["status"] for name, record in found.items()} == {"linear": "diverged", "mlp": "done"}
    assert "loss became" in found["linear"]["reason"]
    assert "step" in found["linear"]["reason"]
    assert "numpy linear seed 0: diverged: The loss became" in result.stderr
    report = (tmp_path / "out" / "report.md").read_text()
    for text in (result.stdout, report):
        assert "diverged" in text
        assert "mlp" in text


def test_only_diverging_runs_end_with_1(tmp_path):
    """Where no run is done the exit code is 1, there is a report all the same, and the same command tries again."""
    asked = (*LINEAR, "--learning-rate", "1e6", "--output", "out", "--json")
    result = run_cli(*asked, "--quiet", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr == ""
    (record,) = msgspec.json.decode(result.stdout)["records"]
    assert (record["status"], record["test_accuracy"], record["weights"]) == ("diverged", None, None)
    assert "diverged" in (tmp_path / "out" / "report.md").read_text()
    again = run_cli(*asked, cwd=tmp_path)
    assert again.returncode == 1
    assert "already done" not in again.stderr
    assert len((tmp_path / "out" / "results.jsonl").read_bytes().splitlines()) == 2


def test_what_a_backend_cannot_do_is_refused_with_the_reason(tmp_path):
    """A precision and a device that a backend does not have are records with status refused and a clear reason."""
    cases = {
        "bfloat16": (("--precision", "bfloat16"), ["'numpy'", "bfloat16"]),
        "gpu": (("--device", "gpu:0"), ["'numpy'", "gpu:0", "--device cpu"]),
    }
    for name, (options, words) in cases.items():
        result = run_cli(*LINEAR, *options, "--output", name, cwd=tmp_path)
        assert result.returncode == 1
        record = records(tmp_path / name)["linear"]
        assert record["status"] == "refused"
        assert record["epochs"] == 0
        assert all(word in record["reason"] for word in words), record["reason"]
        assert record["reason"] in result.stderr


def test_no_epochs_is_a_run_without_training(tmp_path):
    """--epochs 0 trains nothing, and its record says so instead of showing made-up numbers."""
    result = run_cli(*LINEAR, "--epochs", "0", "--output", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    record = records(tmp_path / "out")["linear"]
    assert (record["epochs"], record["test_accuracy"], record["train_seconds"]) == (0, None, None)
