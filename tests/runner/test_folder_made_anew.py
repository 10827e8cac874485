"""A folder that is removed and made anew while a command works in it: the first command leaves the second's alone."""

import os
import shutil
import signal

import pytest
from processes import assert_nobody_is_left, outcome, read_lines, wait_until
from third_party import ASKED, LINEAR, add_backend, plant_slow, run_cli, start_cli

from mnist_compare.errors import OutputError
from mnist_compare.io.files import HeldFolder
from mnist_compare.records.results import read_records
from mnist_compare.report import draw_samples, write_report
from mnist_compare.report.reporting import renew_report
from mnist_compare.runner.comparison_lock import locked_comparison
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request
from mnist_compare_numpy.experiment import NumpyExperiment

OTHER = [word.replace("numpy,slow", "numpy") for word in ASKED]


def contents(folder):
    """Every file and folder below this one, by its bytes; but for the shared images, which are none's in the end."""
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if ".shared" not in path.parts
    }


def make_anew(folder):
    """Move the folder away, and make an empty one in its place."""
    folder.rename(folder.with_name(f"{folder.name}-before"))
    folder.mkdir()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(OTHER, id="another"),
        pytest.param([*ASKED, "--backends", "numpy", "--force"], id="part of it", marks=pytest.mark.slow),
    ],
)
def test_the_second_comparison_stays_as_it_is(other, tmp_path):
    """The first command ends with a sentence; not a file of the finished second one has changed or been added."""
    plant_slow(tmp_path)
    first = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    wait_until((tmp_path / "at").exists)
    first.send_signal(signal.SIGSTOP)
    shutil.rmtree(tmp_path / "out")
    code, _, err = run_cli(*other, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 0, err
    before = contents(tmp_path / "out")
    (tmp_path / "go").touch()
    first.send_signal(signal.SIGCONT)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 2, err
    assert err.splitlines()[-1].startswith("Error: The folder out was removed or moved away")
    assert "leaves that folder alone" in err
    assert contents(tmp_path / "out") == before
    assert_nobody_is_left(tmp_path)


def test_the_second_command_can_work_on_undisturbed(finished, tmp_path):
    """The first one ends while the second, the same, still trains: that one ends as if there had been no other."""
    plant_slow(tmp_path)
    first = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    wait_until((tmp_path / "at").exists)
    first.send_signal(signal.SIGSTOP)
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "at").unlink()
    second = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    wait_until(lambda: list(tmp_path.glob("out/runs/slow*/log.txt")))
    first.send_signal(signal.SIGCONT)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 2, err
    (tmp_path / "go").touch()
    _, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert [record["status"] for record in read_lines(tmp_path / "out")] == ["done", "done"]
    for name in ("numpy", "slow"):
        assert outcome(tmp_path / "out", name) == outcome(finished / "out", name)
    assert_nobody_is_left(tmp_path)


def test_a_worker_writes_no_checkpoint_into_another_folder(tmp_path):
    """A run's folder that is made anew gets no file of the run whose folder was there before."""
    action = (
        "from pathlib import Path; (run := next(Path('out/runs').iterdir())); Path('out').exists() and not "
        "Path('away').exists() and (os.rename('out', 'away'), os.makedirs(run))"
    )
    add_backend(tmp_path / "installed", "slow", action)
    asked = [*LINEAR, "--backends", "slow", "--threads", "1", "--output", "out"]
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 2, err
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []
    assert list((tmp_path / "away").rglob("log.txt"))


def test_checkpoints_of_the_library_go_into_one_folder(arrays, tmp_path):
    """`fit` ends with an error where the folder of its checkpoints was made anew, and writes nothing into that one."""
    experiment = NumpyExperiment("linear")
    folder = tmp_path / "checkpoints"
    with pytest.raises(OutputError, match="was removed or moved away"):
        experiment.fit(arrays, epochs=2, checkpoints=folder, on_epoch=lambda result: make_anew(folder))
    assert list(folder.iterdir()) == []


@pytest.fixture
def lock(tmp_path):
    """A claimed folder of a comparison."""
    plan = make_plan(Request(("numpy",), ("linear",), train_size=50, test_size=20))
    with locked_comparison(tmp_path / "out", plan) as lock:
        yield lock


def swap_lock(folder):
    (folder / ".lock").unlink()
    (folder / ".lock").touch()


def swap_identity(folder):
    content = (folder / "comparison.json").read_text()
    (folder / "comparison.json").write_text(content.replace('"identity": "', '"identity": "0'))


def link_elsewhere(folder):
    folder.rename(folder.with_name("away"))
    shutil.copytree(folder.with_name("away"), folder.with_name("copy"))
    folder.symlink_to(folder.with_name("copy"))


def copy_over(folder):
    folder.rename(folder.with_name("away"))
    shutil.copytree(folder.with_name("away"), folder)


@pytest.mark.parametrize("change", [swap_lock, swap_identity, link_elsewhere, copy_over])
def test_what_is_another_folder(change, lock):
    """Another lock file, another comparison, a link to another folder, and a copy: none of them is the claimed one."""
    lock.require()
    change(lock.folder)
    with pytest.raises(OutputError, match="is another in its place"):
        lock.require()


@pytest.mark.parametrize("missing", [".lock", "comparison.json", ""])
def test_what_is_gone(missing, lock):
    """Without its lock, or without what says whose it is, a folder is gone."""
    path = lock.folder / missing
    shutil.rmtree(path) if not missing else path.unlink()
    with pytest.raises(OutputError, match="is gone, or what was in it"):
        lock.require()


def test_what_is_the_same_folder(lock):
    """A folder that is moved away and back, whose files are touched or written anew with the same, is the same."""
    lock.folder.rename(lock.folder.with_name("away"))
    lock.folder.with_name("away").rename(lock.folder)
    os.utime(lock.folder / "comparison.json", (0, 0))
    lock.require()
    content = (lock.folder / "comparison.json").read_bytes()
    (lock.folder / "comparison.json").unlink()
    (lock.folder / "comparison.json").write_bytes(content)
    lock.require()


def test_no_file_of_a_report_goes_into_another_folder(finished, small, tmp_path):
    """Whenever the folder is made anew while its report is drawn and written, the new one stays empty."""
    records = read_records(finished / "out")
    samples = draw_samples(small.train_images, small.train_labels)
    for moment in range(100):
        folder = tmp_path / str(moment) / "out"
        folder.mkdir(parents=True)
        left = iter([False] * moment + [True])
        with HeldFolder(folder) as held:

            def check(held=held, left=left):
                if next(left, False):
                    make_anew(held.path)
                held.require()

            try:
                write_report(folder, records, samples, check)
            except OutputError:
                assert list(folder.iterdir()) == []
                continue
        assert moment > 3
        return


def test_a_report_is_of_the_records_that_are_there_in_the_end(finished, tmp_path, monkeypatch):
    """Where a run ends while `report` draws, the report is begun again and tells of that run too."""
    shutil.copytree(finished / "out", tmp_path / "out")
    results = tmp_path / "out" / "results.jsonl"
    first, second = results.read_bytes().splitlines(keepends=True)
    results.write_bytes(first)
    (tmp_path / "out" / "figures" / "samples.png").unlink()

    def append(record):
        if results.read_bytes() == first:
            with results.open("ab") as file:
                file.write(second)

    monkeypatch.setattr("mnist_compare.report.reporting.open_data", append_while(append))
    records = renew_report(tmp_path / "out")
    assert [record.backend for record in records] == ["numpy", "slow"]
    assert (tmp_path / "out" / "results.csv").read_text().count("\n") == 3


def append_while(append):
    """`open_data`, during which another command appends a record."""
    from mnist_compare.runner.data_spec import open_data

    def opened(spec):
        append(spec)
        return open_data(spec)

    return opened


def test_the_second_certificate_stays_as_it_is(tmp_path):
    """A certificate's folder that is made anew by another `certify` gets no file of the first one."""
    plant_slow(tmp_path)
    asked = ("certify", "-a", "linear", "--train-size", "200", "--threads", "1", "--output", "out")
    first = start_cli(*asked, "--backends", "slow", "--steps", "40", cwd=tmp_path, installed=tmp_path / "installed")
    wait_until((tmp_path / "at").exists)
    first.send_signal(signal.SIGSTOP)
    shutil.rmtree(tmp_path / "out")
    (tmp_path / "go").touch()
    code, _, err = run_cli(*asked, "--backends", "slow", "--steps", "3", cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 0, err
    before = contents(tmp_path / "out")
    first.send_signal(signal.SIGCONT)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 2, out + err
    assert err.splitlines()[-1].startswith("Error: The folder out was removed or moved away")
    assert contents(tmp_path / "out") == before
    assert_nobody_is_left(tmp_path)


def test_a_file_that_another_process_is_writing_is_left(finished, tmp_path):
    """A command takes away what a dead process has left half written, not what a `report` is writing just now."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    dead = start_cli("--version", cwd=tmp_path, installed=tmp_path / "installed")
    dead.communicate(timeout=60)
    halves = [tmp_path / "out" / f".report.md.{number}.tmp" for number in (os.getpid(), dead.pid)]
    for half in halves:
        half.touch()
    code, _, err = run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 0, err
    assert [half.exists() for half in halves] == [True, False]


def test_two_reports_at_once(finished, tmp_path):
    """Two `report` on one folder both end well, and leave the report and nothing beside it."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    before = contents(tmp_path / "out")
    commands = [start_cli("report", "out", cwd=tmp_path, installed=tmp_path / "installed") for _ in range(2)]
    for command in commands:
        _, err = command.communicate(timeout=120)
        assert command.returncode == 0, err
    after = contents(tmp_path / "out")
    assert after.keys() == before.keys()
    assert all(after[path] == before[path] for path in before if path.suffix in (".md", ".csv", ".jsonl"))
