"""Files that cannot be written to the end: an error that names them, whole records, and the same command goes on."""

import os
import resource
import shutil
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest
from processes import assert_nobody_is_left, outcome, read_lines, wait_until
from third_party import add_backend, plant, run_cli, start_cli

EPOCHS = 12
ASKED = (
    *("run", "--backends", "numpy,other", "--architectures", "linear", "--train-size", "10", "--test-size", "10"),
    *("--epochs", str(EPOCHS), "--threads", "1", "--output", "out/put"),
)
# Bytes that a file may have, and the file that is too large for them.
LIMITS = {
    **{0: "comparison.json", 100: "comparison.json", 163: "comparison.json"},
    **{1_000: ".shared", 20_000: ".shared", 31_000: ".shared"},
    **{40_000: "figures/linear-", 50_000: "figures/linear-"},
}
CHECKPOINT, RUN_STATE = 3_000, 4_500  # bytes that are too few for the one, or for the other of a few epochs
FREE = [0, 4, 12, 60, 88, 92, 120, 136, 148, 400]  # KiB that are free on a full disk


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder and the bits of both runs where all files can be written."""
    place = tmp_path_factory.mktemp("whole")
    add_backend(place / "installed", "other")
    code, _, err = run_cli(*ASKED, cwd=place, installed=place / "installed", report=True)
    assert code == 0, err
    folder = place / "out" / "put"
    return SimpleNamespace(place=place, folder=folder, bits=[outcome(folder, name) for name in ("numpy", "other")])


def limit_files(limit):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def assert_told(err, *words):
    """One paragraph, the last one, says what cannot be written and why."""
    assert "Traceback" not in err
    error = err[err.index("Error: ") :]
    assert "\n" not in error.strip()
    assert all(word in error for word in words), error


def assert_records_are_whole(folder):
    """What is there of results.jsonl ends with a line; gives the runs that are done."""
    if not (folder / "results.jsonl").exists():
        return []
    assert (folder / "results.jsonl").read_bytes()[-1:] in (b"", b"\n")
    return [record["backend"] for record in read_lines(folder) if record["status"] == "done"]


def assert_goes_on(place, whole, done=()):
    """The same command ends with the bits of no fault, and trains nothing again."""
    code, out, err = run_cli(*ASKED, cwd=place, installed=place / "installed", report=True)
    assert code == 0, err
    assert "Traceback" not in out + err
    assert err.count("already done") == len(done)
    folder = place / "out" / "put"
    assert [outcome(folder, name) for name in ("numpy", "other")] == whole.bits
    assert all("other" in (folder / name).read_text() for name in ("report.md", "report.html"))
    assert (folder / "figures" / "samples.svg").is_file()
    assert not list(folder.rglob("*.tmp"))
    assert not (folder / ".shared").exists()


@pytest.mark.parametrize("limit", [pytest.param(n, marks=[] if n == 40_000 else pytest.mark.slow) for n in LIMITS])
def test_a_file_that_cannot_be_written_is_named(limit, whole, tmp_path):
    """Whichever file the disk has no room for, the command ends with 2, its name and the reason, and can go on."""
    add_backend(tmp_path / "installed", "other")
    place = {"cwd": tmp_path, "installed": tmp_path / "installed"}
    code, _, err = run_cli(*ASKED, **place, report=True, preexec_fn=limit_files(limit))
    assert code == 2, err
    assert_told(err, "out/put", LIMITS[limit], "File too large")
    assert_nobody_is_left(tmp_path)
    done = assert_records_are_whole(tmp_path / "out" / "put")
    assert_goes_on(tmp_path, whole, done)


@pytest.mark.parametrize(
    ("limit", "file"),
    [(CHECKPOINT, "epoch-001.safetensors"), pytest.param(RUN_STATE, ".json", marks=pytest.mark.slow)],
)
def test_a_run_whose_checkpoint_cannot_be_written_has_failed(limit, file, whole, tmp_path):
    """It is a failed run with the file and the reason in its record; the other run is done, and it can go on."""
    action = f"Path('go').exists() or resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))"
    add_backend(tmp_path / "installed", "other", f"import resource; from pathlib import Path; {action}")
    code, out, err = run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 3, err
    assert "Traceback" not in out + err
    folder = tmp_path / "out" / "put"
    record = read_lines(folder)[-1]
    assert record["status"] == "failed"
    assert "Cannot write" in record["reason"]
    assert file in record["reason"]
    assert "File too large" in record["reason"]
    (tmp_path / "go").touch()
    assert_goes_on(tmp_path, whole, ["numpy"])


@pytest.mark.slow
def test_a_record_that_cannot_be_written_ends_the_command(whole, tmp_path):
    """Where there is no room for a record, the error says so, the earlier ones are whole, and no time is lost."""
    plant(tmp_path / "installed", "other", "step_slowly(self, steps)")
    process = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    wait_until((tmp_path / "at").exists)
    before = (tmp_path / "out" / "put" / "results.jsonl").read_bytes()
    psutil.Process(process.pid).rlimit(resource.RLIMIT_FSIZE, (len(before) + 100, resource.RLIM_INFINITY))
    (tmp_path / "go").touch()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert_told(err, "results.jsonl", "File too large", "earlier records are whole")
    assert (tmp_path / "out" / "put" / "results.jsonl").read_bytes() == before
    assert_nobody_is_left(tmp_path)
    assert_goes_on(tmp_path, whole, ["numpy"])


APPEND = """
import resource, sys
from pathlib import Path

from mnist_compare.errors import OutputError
from mnist_compare.io.decoding import decode_json
from mnist_compare.records.record import Record
from mnist_compare.records.results import append_record

folder = Path(sys.argv[1])
before = (folder / "results.jsonl").read_bytes()
line = before.splitlines()[-1]
record = decode_json(line, Record)
for room in range(0, len(line) + 1, 300):
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, resource.RLIM_INFINITY))
    try:
        append_record(folder, record)
    except OutputError as error:
        assert "File too large" in str(error)
        assert (folder / "results.jsonl").read_bytes() == before, room
    else:
        sys.exit(f"written where there is room for {room} bytes")
"""


def test_no_part_of_a_record_is_left(whole, tmp_path):
    """However much room there is for a part of a record, the file is as it was before."""
    (tmp_path / "results.jsonl").write_bytes((whole.folder / "results.jsonl").read_bytes())
    done = subprocess.run([sys.executable, "-c", APPEND, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["report.md", "report.html"])
def test_a_report_that_could_not_be_written_is_made_by_the_next_command(whole, tmp_path, name):
    """A report that is older than the records, for the disk was full or it was interrupted, is not taken for theirs."""
    shutil.copytree(whole.place, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "out" / "put"
    report = (folder / name).read_bytes()
    (folder / name).write_bytes(b"of earlier records")
    os.utime(folder / name, (1, 1))
    assert run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed", report=True)[0] == 0
    assert (folder / name).read_bytes() == report


@pytest.fixture
def disk(tmp_path):
    """A disk of 4 MiB, at `out`."""
    (tmp_path / "out").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", tmp_path / "out"], check=False)
    if mounted.returncode:
        pytest.skip("may not mount")
    yield tmp_path / "out"
    subprocess.run(["umount", "--lazy", tmp_path / "out"], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("free", FREE)
def test_a_full_disk_spoils_nothing(free, disk, whole, tmp_path):
    """However full the disk is, the error names file and reason, and once there is room the same command ends well."""
    add_backend(tmp_path / "installed", "other")
    room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "others").write_bytes(bytes(room - free * 1024))
    code, out, err = run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed", report=True)
    assert code in (1, 2, 3), err
    assert "Traceback" not in out + err
    if code == 2:
        assert_told(err, "out/put", "No space left on device")
    else:
        assert "No space left on device" in err
    assert_nobody_is_left(tmp_path)
    done = assert_records_are_whole(disk / "put")
    (disk / "others").unlink()
    assert_goes_on(tmp_path, whole, done)
