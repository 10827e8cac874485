import json

import msgspec
import pytest

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.errors import OutputError
from mnist_compare.experiment.epoch_result import EpochResult
from mnist_compare.experiment.evaluation import DigitScore, Evaluation
from mnist_compare.recipe import RECIPES
from mnist_compare.records.finished import FinishedRecords
from mnist_compare.records.record import Record, Status
from mnist_compare.records.results import RESULTS_FILE, append_record, read_records, repair_results
from mnist_compare.records.spec import DataSpec, RunSpec
from mnist_compare.records.timing import Times

SPEC = RunSpec("torch", ARCHITECTURES["cnn"], RECIPES["cnn"], DataSpec("mnist", "ab" * 32, 60_000, 10_000), seed=2)
EPOCH = EpochResult(1, 0.5, 0.9, 0.25, 0.875, None, None, 3.5, 0.5, 0.0, 0.001, 100, [1.5, 0.5])
DONE = Record(
    key="run-1",
    backend="torch",
    architecture="cnn",
    recipe="cnn",
    seed=2,
    mode="matched",
    precision="float32",
    status=Status.DONE,
    reason="",
    used_device="cpu",
    used_threads=1,
    parameters=9098,
    epochs=1,
    test_accuracy=0.875,
    test_loss=0.25,
    train_accuracy=0.9,
    train_loss=0.5,
    train_seconds=3.5,
    images_per_second=17_000.0,
    weights=None,
    weights_sha256=None,
    spec=SPEC,
    history=[EPOCH],
    test=Evaluation(0.25, 0.875, 8, 7, 0, [[1] * 10] * 10, [DigitScore(3, 8, 7, 0.875, 1.0, 0.875, None)] * 10),
    times=Times(training=3.5),
    peak_memory_bytes=1,
    device_memory_bytes=None,
    versions={"torch": "2"},
    machine={"cores": 2, "name": "Größe"},
    started="2020-01-01T00:00:00Z",
    finished="2020-01-01T00:00:09Z",
)


def changed(**changes):
    return msgspec.structs.replace(DONE, **changes)


def test_a_record_is_read_as_it_was_written(tmp_path):
    """A record comes back equal in every field, the network and the recipe of its run included."""
    append_record(tmp_path, DONE)
    assert read_records(tmp_path) == [DONE]


def test_records_are_lines_of_json(tmp_path):
    """Any program can read the results: each line is a JSON object with plain values."""
    for record in (DONE, changed(key="run-2", status=Status.FAILED, reason="out of\nmemory", test_accuracy=None)):
        append_record(tmp_path, record)
    first, second = map(json.loads, (tmp_path / RESULTS_FILE).read_text(encoding="utf-8").splitlines())
    assert (first["backend"], first["status"], first["test_accuracy"]) == ("torch", "done", 0.875)
    assert (second["status"], second["reason"], second["test_accuracy"]) == ("failed", "out of\nmemory", None)
    assert second["spec"]["recipe"]["optimizer"]["type"] == "adam"


def test_the_newest_record_of_a_run_counts(tmp_path):
    """A run that is done again replaces its record, and keeps its place among the others."""
    for record in (DONE, changed(key="run-2"), changed(test_accuracy=0.5, status=Status.INTERRUPTED)):
        append_record(tmp_path, record)
    found = read_records(tmp_path)
    assert [record.key for record in found] == ["run-1", "run-2"]
    assert (found[0].test_accuracy, found[0].status) == (0.5, Status.INTERRUPTED)


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"key": "x"}', b"\xff\xfe", b"[" * 100_000, b'{"key": 3}'])
def test_a_line_that_is_no_record(tmp_path, line):
    """A damaged line is an OutputError that names the file and the line."""
    append_record(tmp_path, DONE)
    with (tmp_path / RESULTS_FILE).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(OutputError, match=r"results\.jsonl, line 2 is no record of mnist_compare"):
        read_records(tmp_path)


def older_line(**changes):
    """DONE as an older version wrote it."""
    names = {"used_device": "device", "used_threads": "threads", "used_execution": "execution"}
    fields = msgspec.to_builtins(DONE) | {"spec": msgspec.to_builtins(msgspec.structs.replace(SPEC, threads=3))}
    older = {names.get(name, name): value for name, value in fields.items()}
    older |= {"device": "gpu:0", "threads": 2, "execution": "eager"} | changes
    return json.dumps({name: value for name, value in older.items() if value != ...}).encode() + b"\n"


@pytest.mark.parametrize(
    ("changes", "used"),
    [
        ({}, ("gpu:0", 2, "eager")),
        ({"threads": None}, ("gpu:0", 3, "eager")),
        ({"threads": ..., "execution": ...}, ("gpu:0", 3, "")),
    ],
    ids=["all", "unknown threads", "oldest"],
)
def test_the_names_of_older_versions_are_read(tmp_path, changes, used):
    """What a run used is read from an older folder too, where it had the names of what was asked for."""
    (tmp_path / RESULTS_FILE).write_bytes(older_line(**changes))
    (record,) = read_records(tmp_path)
    assert (record.used_device, record.used_threads, record.used_execution) == used
    assert (record.spec.device, record.spec.threads, record.spec.execution) == ("auto", 3, "auto")


def test_what_was_used_and_what_was_asked_for_have_names_of_their_own(tmp_path):
    """In the JSON of a record no field of its own has the name of something that its spec asks for."""
    append_record(tmp_path, DONE)
    found = json.loads((tmp_path / RESULTS_FILE).read_text())
    assert {"device", "threads", "execution"} <= set(found["spec"])
    assert not {"device", "threads", "execution"} & set(found)
    assert {"used_device", "used_threads", "used_execution"} <= set(found)


def test_a_folder_without_results(tmp_path):
    """A folder that holds no comparison is an OutputError that says what to give."""
    with pytest.raises(OutputError, match=r"No such file or directory.* Give the folder of a comparison"):
        read_records(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path):
    """A place that cannot be written is an OutputError with its path."""
    with pytest.raises(OutputError, match=r"Cannot write .*none.results\.jsonl: No such file"):
        append_record(tmp_path / "none", DONE)


MARK = b"\xef\xbb\xbf"
EDITED = {
    "blank last line": lambda lines: b"\n".join(lines) + b"\n\n",
    "blank lines": lambda lines: b"\n \n" + b"\n\r\n\t\n".join(lines) + b"\n  ",
    "byte-order mark": lambda lines: MARK + b"\n".join(lines) + b"\n",
    "marks of two files": lambda lines: b"\n".join(MARK + line for line in lines) + b"\n" + MARK,
    "lines of Windows": lambda lines: MARK + b"\r\n".join(lines) + b"\r\n",
    "no last end of line": b"\n".join,
}


@pytest.mark.parametrize("edit", EDITED.values(), ids=EDITED)
def test_what_editors_do_to_a_file_is_no_damage(tmp_path, edit):
    """Blank lines, byte-order marks and lines of Windows leave the records as they are, and more can be added."""
    records = [DONE, changed(key="run-2")]
    (tmp_path / RESULTS_FILE).write_bytes(edit([msgspec.json.encode(record) for record in records]))
    assert read_records(tmp_path) == records
    assert repair_results(tmp_path) is None
    assert read_records(tmp_path) == records
    append_record(tmp_path, changed(key="run-3"))
    assert read_records(tmp_path) == [*records, changed(key="run-3")]
    assert [path.name for path in tmp_path.iterdir()] == [RESULTS_FILE]


def test_a_file_in_utf_16_is_told(tmp_path):
    """What some shells of Windows write is refused with the reason."""
    (tmp_path / RESULTS_FILE).write_bytes(msgspec.json.encode(DONE).decode().encode("utf-16"))
    with pytest.raises(OutputError, match="It is in UTF-16: save it as UTF-8"):
        read_records(tmp_path)


def test_a_finished_record_is_found_by_its_key(tmp_path):
    """Of each run the newest record that counts is found, without what has failed since, or was replaced."""
    for record in (DONE, changed(key="run-2"), changed(key="run-3"), changed(test_accuracy=0.5)):
        append_record(tmp_path, record)
    append_record(tmp_path, changed(key="run-2", status=Status.CRASHED))
    append_record(tmp_path, changed(key="run-4", superseded=True))
    finished = FinishedRecords(tmp_path)
    assert set(finished) == {"run-1", "run-3"}
    assert finished["run-1"].test_accuracy == 0.5
    assert finished.get("run-2") is None


def test_a_finished_record_is_found_in_a_file_that_was_edited(tmp_path):
    """A line that somebody takes out of the results, while a comparison is at work, misleads nobody."""
    for key in ("run-1", "run-2", "run-3"):
        append_record(tmp_path, changed(key=key))
    finished = FinishedRecords(tmp_path)
    path = tmp_path / RESULTS_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    assert finished["run-3"].key == "run-3"
    assert finished.get("run-1") is None


def test_a_folder_without_results_has_no_finished_record(tmp_path):
    """A comparison that has just begun asks for records as any other does."""
    assert not FinishedRecords(tmp_path)
