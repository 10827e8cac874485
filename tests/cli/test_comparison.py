import csv
import hashlib
import re
from time import perf_counter

import msgspec
import numpy as np
import pytest
from command_line import LINEAR, run_cli
from PIL import Image
from safetensors.numpy import load_file

FIELDS = (
    *("backend", "architecture", "recipe", "seed", "mode", "precision", "status", "reason", "test_accuracy"),
    *("test_loss", "train_seconds", "images_per_second", "weights", "weights_sha256"),
)


def test_comparison_leaves_records_table_report_and_figures(finished):
    """One command leaves results.jsonl, results.csv, report.md, report.html and every figure both as PNG and as SVG."""
    found = {path.name for path in finished.folder.iterdir()}
    assert {"comparison.json", "results.jsonl", "results.csv", "report.md", "report.html", "figures", "runs"} <= found
    drawn = list((finished.folder / "figures").iterdir())
    stems = {path.stem for path in drawn}
    assert {"mlp-epochs", "mlp-time", "mlp-confusion", "linear-epochs", "samples"} <= stems
    assert {path.name for path in drawn} == {f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")}
    for path in (finished.folder / "figures").glob("*.png"):
        with Image.open(path) as image:
            assert min(image.size) > 100


def test_comparison_cleans_up_after_itself(finished):
    """The images that the workers share, which are large, are gone when the comparison is over."""
    assert not [path for path in finished.folder.rglob(".*") if path.is_dir() or path.stat().st_size]


def test_every_record_has_the_promised_fields(finished):
    """Scripts find backend, network, seed, status, accuracy, loss, time, speed and weights at the top of a record."""
    assert [(record["architecture"], record["seed"]) for record in finished.records] == [
        *(("mlp", 0), ("mlp", 1)),
        *(("linear", 0), ("linear", 1)),
    ]
    for record in finished.records:
        assert set(FIELDS) <= set(record)
        assert (record["backend"], record["mode"], record["precision"]) == ("numpy", "matched", "float32")
        assert (record["status"], record["reason"]) == ("done", "")
        assert record["recipe"] == record["architecture"]
        assert 0 <= record["test_accuracy"] <= 1
        assert record["train_seconds"] > 0
        assert record["images_per_second"] > 0


def test_seeds_give_different_networks(finished):
    """Two seeds of a network start from other weights, so they end with other weights and losses."""
    assert len({record["weights_sha256"] for record in finished.records}) == 4
    assert len({record["test_loss"] for record in finished.records}) == 4


def test_records_point_to_their_weights(finished):
    """The weights file of a record is in the folder, has the recorded SHA-256, and loads with safetensors alone."""
    for record in finished.records:
        path = finished.folder / record["weights"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == record["weights_sha256"]
        arrays = load_file(path)
        assert arrays["linear1.weight"].shape == ((256, 784) if record["architecture"] == "mlp" else (1, 784))
        assert sum(array.size for name, array in arrays.items() if "." in name) >= record["parameters"]


def test_history_has_the_validation_set(finished):
    """With --validation, every epoch has a loss and an accuracy on the validation set, and its size is recorded."""
    for record in finished.records:
        assert [result["epoch"] for result in record["history"]] == [1, 2]
        assert record["spec"]["data"]["validation_size"] == 100
        for result in record["history"]:
            assert np.isfinite(result["validation_loss"])
            assert 0 <= result["validation_accuracy"] <= 1


def test_the_validation_set_is_shown(finished):
    """Its accuracy and loss are on the console, in the table of the report, in results.csv, and in its own words."""
    last = finished.records[0]["history"][-1]
    with (finished.folder / "results.csv").open() as file:
        row = next(csv.DictReader(file))
    assert float(row["validation_accuracy"]) == last["validation_accuracy"]
    assert float(row["validation_loss"]) == last["validation_loss"]
    assert row["validation_size"] == "100"
    report = (finished.folder / "report.md").read_text()
    assert "| test accuracy | test loss | validation accuracy | validation loss | train accuracy |" in report
    assert "600 training, 100 validation, 200 test" in report
    assert "validation accuracy" in finished.result.stdout
    assert f"validation loss {last['validation_loss']:.4f} accuracy" in finished.result.stderr
    drawn = (finished.folder / "figures" / "mlp-epochs.svg").read_text()
    assert all(f"<!-- {split} -->" in drawn for split in ("training", "validation", "test"))


def test_the_times_of_a_run_add_up(tmp_path):
    """What a record calls the time of everything is at most that of the command, and holds every phase."""
    begin = perf_counter()
    result = run_cli(*LINEAR, "--output", "out", "--json", cwd=tmp_path, report=True)
    elapsed = perf_counter() - begin
    (record,) = msgspec.json.decode(result.stdout)["records"]
    with (tmp_path / "out" / "results.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert float(row["total_seconds"]) == pytest.approx(sum(record["times"].values()))
    assert min(record["times"].values()) >= 0
    assert record["times"]["start"] > 0
    assert sum(record["times"].values()) < elapsed


def test_table_has_one_row_per_run(finished):
    """results.csv holds the same runs and the same accuracies as results.jsonl."""
    with (finished.folder / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["test_accuracy"]) for row in rows] == [record["test_accuracy"] for record in finished.records]


def test_the_first_line_says_what_will_be_done_and_where_it_goes(finished):
    """Who starts a comparison reads at once how much it will train, and in which folder to look."""
    first = finished.result.stderr.splitlines()[0]
    assert first == "4 runs: numpy trains mlp and linear on 600 images, 2 epochs, seeds 0 to 1. Results: out"


def test_results_are_on_stdout_and_progress_on_stderr(finished):
    """Stdout has the tables and the path of the report; stderr has a plain line per epoch, without any controls."""
    out, err = finished.result.stdout, finished.result.stderr
    assert "Accuracy" in out
    assert "Runtime" in out
    assert "report.html" in out
    assert "epoch" not in out
    assert "\x1b" not in out + err
    assert "\r" not in err
    told = re.findall(r"^\[(\d)/4\] numpy (.*): epoch (\d)/2, train loss", err, re.MULTILINE)
    assert [(number, epoch) for number, _, epoch in told] == [(number, epoch) for number in "1234" for epoch in "12"]
    assert [name for _, name, _ in told][:4:2] == ["mlp seed 0", "linear seed 0"]
    assert {name for _, name, _ in told[4:]} == {"mlp seed 1", "linear seed 1"}


def test_json_is_all_that_is_on_stdout(own_copy, finished, tmp_path):
    """With --json, stdout is one JSON document with the folder and the records, less their packed predictions."""
    result = run_cli(*finished.asked, "--output", "out", "--json", cwd=tmp_path)
    shown = msgspec.json.decode(result.stdout)
    assert shown["folder"] == "out"
    assert shown["records"] == [one | {"test": one["test"] | {"predictions": None}} for one in finished.records]


def test_bare_options_mean_run(tmp_path):
    """Options without a command start a comparison, under reports/; with --quiet nothing is said on stderr."""
    result = run_cli(*LINEAR[1:], "--quiet", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    (folder,) = (tmp_path / "reports").iterdir()
    assert folder.name.startswith("linear-")
    assert f"reports/{folder.name}/report.html" in result.stdout


def test_regression_reports_squared_error_and_cut_digits(finished):
    """The linear network is judged by its squared error, and by its output cut to an integer."""
    for record in (record for record in finished.records if record["architecture"] == "linear"):
        assert record["spec"]["recipe"]["loss"] == "mean_squared_error"
        assert 1 < record["test_loss"] < 50
        confusion, outside = np.array(record["test"]["confusion"]), record["test"]["out_of_range"]
        assert confusion.sum() + outside == 200
        assert record["test_accuracy"] == pytest.approx(np.trace(confusion) / 200)
    assert "mean squared error" in (finished.folder / "report.md").read_text().lower()
