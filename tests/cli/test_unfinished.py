"""Comparisons whose runs do not all finish: each is a record with its status and reason."""

import msgspec
from command_line import LINEAR, SMALL, run_here


def records(folder):
    lines = (folder / "results.jsonl").read_bytes().splitlines()
    return {record["architecture"]: record for record in map(msgspec.json.decode, lines)}


def test_a_diverging_run_leaves_the_others_alone(tmp_path):
    """A learning rate that is too large for one network ends that run as diverged; the other is done; exit code 3."""
    asked = ("run", "-b", "numpy", "-a", "linear,mlp", "--learning-rate", "1", *SMALL, "--epochs", "2", "-o", "out")
    result = run_here(*asked, cwd=tmp_path, report=True)
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
    result = run_here(*asked, "--quiet", cwd=tmp_path, report=True)
    assert result.returncode == 1
    assert result.stderr == ""
    (record,) = msgspec.json.decode(result.stdout)["records"]
    assert (record["status"], record["test_accuracy"], record["weights"]) == ("diverged", None, None)
    assert "diverged" in (tmp_path / "out" / "report.md").read_text()
    again = run_here(*asked, cwd=tmp_path)
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
        result = run_here(*LINEAR, *options, "--output", name, cwd=tmp_path)
        assert result.returncode == 1
        record = records(tmp_path / name)["linear"]
        assert record["status"] == "refused"
        assert record["epochs"] == 0
        assert all(word in record["reason"] for word in words), record["reason"]
        assert record["reason"] in result.stderr


def test_no_epochs_evaluate_the_untrained_network(tmp_path):
    """--epochs 0 trains nothing and evaluates what is there: console, record, table and report show its accuracy."""
    asked = ("run", "-b", "numpy", "-a", "mlp", *SMALL, "--epochs", "0", "--output", "out")
    result = run_here(*asked, cwd=tmp_path, report=True)
    assert result.returncode == 0, result.stderr
    record = records(tmp_path / "out")["mlp"]
    assert (record["status"], record["epochs"], record["history"], record["train_seconds"]) == ("done", 0, [], None)
    assert 0 < record["test_accuracy"] < 0.4
    assert 2.2 < record["test_loss"] < 2.4
    assert record["test"]["accuracy"] == record["test_accuracy"]
    assert (tmp_path / "out" / record["weights"]).name == "epoch-000.safetensors"
    shown = f"{100 * record['test_accuracy']:.2f} %"
    report = (tmp_path / "out" / "report.md").read_text()
    assert shown in result.stdout
    assert shown in report
    assert "The network mlp was evaluated, untrained, by numpy" in report
    assert f"numpy mlp seed 0: test accuracy {100 * record['test_accuracy']:.2f}%, not trained" in result.stderr
    assert (tmp_path / "out" / "figures" / "mlp-confusion.png").exists()
    assert not (tmp_path / "out" / "figures" / "mlp-epochs.png").exists()
    again = run_here(*asked, cwd=tmp_path, report=True)
    assert "already done" in again.stderr
    assert again.stdout == result.stdout
