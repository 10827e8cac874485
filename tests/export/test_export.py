"""Exports hold what the records hold: each tool's own reader opens them."""

import json
import re
import subprocess
import sys
from importlib import import_module
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from mnist_compare import OutputError, UsageError, compare, open_comparison
from mnist_compare.cli import cli
from mnist_compare.export.destination import MARKER_FILE
from mnist_compare.export.exporting import export_records
from mnist_compare.export.run import PER_EPOCH, TOTALS
from mnist_compare.records.frame import COLUMNS
from mnist_compare.records.results import append_record

SMALL = {"train_size": 100, "test_size": 50, "threads": 1, "engine": "inline", "progress": False}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    """Two seeds of two epochs of a real training, with checkpoints and a report."""
    output = tmp_path_factory.mktemp("export") / "out"
    return compare("numpy", "linear", epochs=2, seeds="0,1", output=output, **SMALL)


def reader(module):
    """A module of TensorBoard, which imports no TensorFlow where it finds this name: that would take half a minute."""
    pytest.importorskip("tensorboard")
    sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))
    return import_module(module)


def expected(record):
    """The numbers of each epoch of a record, by name."""
    named = {name: [getattr(epoch, name) for epoch in record.history] for name in PER_EPOCH}
    return {name: values for name, values in named.items() if None not in values}


@pytest.fixture(scope="module")
def scalars(comparison):
    """Of each run of an export for TensorBoard, by the run's seed, what TensorBoard's own reader finds."""
    accumulator = reader("tensorboard.backend.event_processing.event_accumulator")
    folder = comparison.export("tensorboard")
    found = {}
    for place in (folder / "linear").iterdir():
        events = accumulator.EventAccumulator(str(place))
        events.Reload()
        found[int(place.name.split("seed")[1].split("-")[0])] = events
    return found


def test_tensorboard_reads_every_number_of_every_epoch(comparison, scalars):
    """Loss, accuracy, learning rate and seconds have the values of the record, as float32, at their epochs."""
    assert sorted(scalars) == [0, 1]
    for record in comparison.records:
        events, begin = scalars[record.seed], record.started
        for name, values in expected(record).items():
            what, _, kind = name.rpartition("_")
            found = events.Scalars(name if name == "learning_rate" else f"{kind}/{what}")
            assert [one.step for one in found] == [1, 2]
            assert [one.value for one in found] == [float(np.float32(value)) for value in values]
            assert found[0].wall_time <= found[1].wall_time, begin
        for name in TOTALS:
            value = COLUMNS[name](record)
            assert [one.value for one in events.Scalars(f"run/{name}")] == [float(np.float32(value))]


def test_tensorboard_has_the_settings_of_each_run(comparison, scalars):
    """The HParams tab finds network, backend, seed, mode, tuning and recipe, and how the run ended."""
    plugin_data = reader("tensorboard.plugins.hparams.plugin_data_pb2")
    metadata = reader("tensorboard.plugins.hparams.metadata")
    for seed, events in scalars.items():
        content = events.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
        settings = plugin_data.HParamsPluginData.FromString(content).session_start_info.hparams
        assert settings["seed"].number_value == seed
        found = {name: settings[name].string_value for name in ("architecture", "backend", "mode", "tuning", "recipe")}
        assert found == {
            "architecture": "linear",
            "backend": "numpy",
            "mode": "matched",
            "tuning": "tuned",
            "recipe": "linear",
        }
        end = events.SummaryMetadata(metadata.SESSION_END_INFO_TAG).plugin_data.content
        assert plugin_data.HParamsPluginData.FromString(end).session_end_info.status == 1


def test_the_same_records_give_the_same_bytes(comparison, tmp_path):
    """An export for TensorBoard says nothing of when or where it was made."""
    pytest.importorskip("tensorboard")
    folders = [comparison.export("tensorboard", tmp_path / name) for name in ("a", "b")]
    contents = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    ]
    assert contents[0] == contents[1]
    assert len(contents[0]) == 4  # of two runs, the overview, and what it is of


@pytest.fixture(scope="module")
def client(comparison):
    """MLflow's own client on an export."""
    tracking = pytest.importorskip("mlflow.tracking")
    folder = comparison.export("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        yield tracking.MlflowClient(tracking_uri=folder.as_uri())


def runs_of(client, network="linear"):
    """The runs of a network by their seeds."""
    experiment = client.get_experiment_by_name(network)
    return {int(run.data.params["seed"]): run for run in client.search_runs([experiment.experiment_id])}


def test_mlflow_reads_every_digit(comparison, client):
    """Metrics have the values of the record exactly, at their epochs, in the order of time."""
    runs = runs_of(client)
    assert sorted(runs) == [0, 1]
    for record in comparison.records:
        identity = runs[record.seed].info.run_id
        for name, values in expected(record).items():
            found = sorted(client.get_metric_history(identity, name), key=lambda metric: metric.step)
            assert [(one.step, one.value) for one in found] == list(enumerate(values, 1))
            assert found[0].timestamp <= found[1].timestamp
        totals = {name: runs[record.seed].data.metrics[f"run_{name}"] for name in TOTALS}
        assert totals == {name: COLUMNS[name](record) for name in TOTALS}


def test_mlflow_has_settings_versions_and_files(comparison, client):
    """Parameters, tags for versions and certificate, the report, and the very checkpoint of the record."""
    for record in comparison.records:
        run = runs_of(client)[record.seed]
        assert run.info.status == "FINISHED"
        assert {name: run.data.params[name] for name in ("architecture", "backend", "mode", "tuning", "recipe")} == {
            "architecture": "linear",
            "backend": "numpy",
            "mode": "matched",
            "tuning": "tuned",
            "recipe": "linear",
        }
        assert run.data.tags["version.numpy"] == record.versions["numpy"]
        assert run.data.tags["certificate"] == "none"
        assert run.data.tags["weights_sha256"] == record.weights_sha256
        files = {found.path for found in client.list_artifacts(run.info.run_id)}
        assert files == {"report.html", record.weights.rpartition("/")[2]}


def test_an_export_is_never_written_over(comparison, tmp_path):
    """The same export is left as it is; whatever else is there is refused, and stays."""
    pytest.importorskip("tensorboard")
    folder = tmp_path / "out"
    assert export_records(comparison.folder, "tensorboard", folder).is_new
    marker = (folder / MARKER_FILE).stat().st_mtime_ns
    assert not export_records(comparison.folder, "tensorboard", folder).is_new
    assert (folder / MARKER_FILE).stat().st_mtime_ns == marker
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"exists already\. Give a new folder with --output"):
        export_records(comparison.folder, "tensorboard", tmp_path / "own")
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["notes.txt"]


def test_other_records_need_another_folder(comparison, tmp_path):
    """A comparison that has grown since is told from the one that was exported."""
    pytest.importorskip("tensorboard")
    grown = tmp_path / "grown"
    grown.mkdir()
    append_record(grown, comparison.records[0])
    export_records(grown, "tensorboard", tmp_path / "out")
    append_record(grown, comparison.records[1])
    with pytest.raises(OutputError, match="holds the export of other records"):
        export_records(grown, "tensorboard", tmp_path / "out")


def test_hostile_names_stay_in_the_folder(comparison, tmp_path):
    """Names of a file that somebody else has made lead nowhere else, nor does the path of its weights."""
    tracking = pytest.importorskip("mlflow.tracking")
    pytest.importorskip("tensorboard")
    (tmp_path / "secret.safetensors").write_text("secret")
    record = comparison.records[0]
    hostile = replace(
        record,
        backend="../../b",
        architecture="../a'/..",
        key="/etc/x",
        weights="../secret.safetensors",
        versions={"../../v": "1", "..": "2"},
        spec=replace(record.spec, architecture=replace(record.spec.architecture, name="../a'/..")),
    )
    (tmp_path / "in").mkdir()
    append_record(tmp_path / "in", hostile)
    before = set(tmp_path.iterdir())
    board = export_records(tmp_path / "in", "tensorboard").folder
    assert {path.name for path in board.iterdir() if path.is_dir()} == {"___a____"}
    store = export_records(tmp_path / "in", "mlflow").folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        (run,) = runs_of(tracking.MlflowClient(tracking_uri=store.as_uri()), "___a____").values()
    assert run.data.tags["version..."] == "2"
    assert not list(store.rglob("secret*"))
    assert set(tmp_path.iterdir()) == before


def test_no_framework_is_imported(comparison, tmp_path):
    """TensorFlow and torch stay out of the process that exports."""
    pytest.importorskip("tensorboard")
    pytest.importorskip("mlflow.tracking")
    code = (
        "import sys; from mnist_compare import open_comparison\n"
        f"found = open_comparison({str(comparison.folder)!r})\n"
        f"for tool in ('tensorboard', 'mlflow'): found.export(tool, {str(tmp_path)!r} + '/' + tool)\n"
        "print([name for name in ('tensorflow', 'torch', 'paddle', 'keras') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("tool", ["tensorboard", "mlflow"])
def test_a_missing_package_is_told_with_the_command(comparison, tool, tmp_path, monkeypatch):
    """Whoever lacks the tool's package is told what to install, and nothing is written."""
    monkeypatch.setattr("mnist_compare.export.exporting.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=rf"Install it with: .* -m pip install .*\[{tool}\]"):
        comparison.export(tool, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_tool_is_refused_with_the_valid_ones(comparison):
    """A word that is near is suggested, and all formats are named, those of networks too."""
    with pytest.raises(UsageError, match=r"'tensorboard'\? Valid: tensorboard, mlflow, native, onnx, safetensors\.$"):
        comparison.export("tensor_board")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((None,), "to must be text (it is None)."),
        ((["onnx"],), "to must be text (it is ['onnx'])."),
        (("safetensors", 3), "output must be text or a path or None (it is 3)."),
        (("mlflow", 3), "output must be text or a path or None (it is 3)."),
    ],
)
def test_values_of_other_types_are_refused(comparison, arguments, told):
    """In a sentence that names the option, before anything is written."""
    with pytest.raises(UsageError, match=f"^{re.escape(told)}$"):
        comparison.export(*arguments)


def test_pixels_are_for_onnx_alone(comparison):
    """They are not silently left out where records are exported."""
    with pytest.raises(UsageError, match="pixels is for networks as ONNX files"):
        comparison.export("tensorboard", pixels=True)


def test_a_failed_export_leaves_nothing(comparison, tmp_path, monkeypatch):
    """Where the disk ends in the middle, the folder is gone again, and the records are whole."""
    pytest.importorskip("tensorboard")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mnist_compare.export.tensorboard.write_file", full)
    with pytest.raises(OutputError, match="No space left on device"):
        comparison.export("tensorboard", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert len(open_comparison(comparison.folder).records) == 2


def test_the_command_says_where_and_how_to_look(comparison, tmp_path):
    """`export` ends with the folder and the command that shows it."""
    pytest.importorskip("tensorboard")
    arguments = ["export", str(comparison.folder), "--to", "tensorboard", "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, arguments)
    assert done.output.splitlines() == [
        f"2 runs: {tmp_path / 'out'}",
        f"To look at: tensorboard --logdir {tmp_path / 'out'}",
    ]
    again = CliRunner().invoke(cli, arguments)
    assert again.output.startswith("2 runs, as they are there already: ")
    assert json.loads((tmp_path / "out" / MARKER_FILE).read_text())["tool"] == "tensorboard"
