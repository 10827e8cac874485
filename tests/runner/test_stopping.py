"""Stopping a command, in order or not: nobody stays behind, and the same command ends with the bits of no stop."""

import fcntl
import os
import pty
import signal
import termios
import time
from types import SimpleNamespace

import pytest
from processes import assert_nobody_is_left, outcome, read_lines, wait_until
from third_party import ASKED, STEPS, plant, plant_slow, run_cli, start_cli


def at(place):
    return int((place / "at").read_text()) if (place / "at").exists() else 0


def start(place, *, until=STEPS, **options):
    """The command, once its run is that far: by default in the middle of the second epoch."""
    plant_slow(place)
    process = start_cli(*ASKED, cwd=place, installed=place / "installed", report=True, **options)
    wait_until(lambda: at(place) >= until or process.poll() is not None)
    assert process.poll() is None
    return process


def go_on(place):
    """The same command again, at full speed: its stderr."""
    (place / "go").touch()
    code, out, err = run_cli(*ASKED, cwd=place, installed=place / "installed", report=True)
    assert code == 0, err
    assert "Traceback" not in out + err
    return err


def assert_stopped_in_order(place):
    """The record says where it was stopped, the checkpoint is there, and the report is written."""
    assert_nobody_is_left(place)
    kept, record = read_lines(place / "out")
    assert [kept["status"], record["status"]] == ["done", "interrupted"]
    assert record["reason"].startswith("stopped by the user after 1 epoch and ")
    assert (place / "out" / record["weights"]).name.startswith("epoch-001-step-")
    assert (place / "out" / record["weights"]).is_file()
    assert "| interrupted |" in (place / "out" / "report.md").read_text()
    assert not (place / "out" / ".shared").exists()
    assert not list((place / "out").rglob("*.tmp"))


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_stopped_run_goes_on_to_the_same_bits(number, finished, tmp_path):
    """Ctrl-C or `kill` in the middle of an epoch saves the run as far as it is; the same command takes it up there."""
    process = start(tmp_path)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Traceback" not in out + err
    assert "out; the same command goes on from there" in err
    assert_stopped_in_order(tmp_path)
    err = go_on(tmp_path)
    assert err.count("already done") == 1
    assert "slow linear seed 0: goes on after 1 epoch and " in err
    assert outcome(tmp_path / "out", "slow") == outcome(finished / "out", "slow")
    assert "| interrupted |" not in (tmp_path / "out" / "report.md").read_text()


TWICE, KILLED = (signal.SIGINT, signal.SIGINT), (signal.SIGKILL,)


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        ("hang_deaf_with_child", TWICE),
        ("hang_without_letting_go", KILLED),
        pytest.param("hang_deaf_with_child", KILLED, marks=pytest.mark.slow),
        pytest.param("hang_without_letting_go", TWICE, marks=pytest.mark.slow),
    ],
)
def test_a_worker_that_hears_nothing_ends_with_the_command(fault, numbers, tmp_path):
    """A second Ctrl-C ends the command at once, as SIGKILL does, and with it whatever its worker is and has started."""
    plant(tmp_path / "installed", "slow", fault)
    process = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    wait_until((tmp_path / "deaf").exists)
    for number in numbers:
        time.sleep(0.3)
        begin = time.monotonic()
        process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - begin < 2
    assert process.returncode == (130 if len(numbers) == 2 else -signal.SIGKILL)
    assert_nobody_is_left(tmp_path, seconds=2)
    assert "Traceback" not in out + err


@pytest.mark.slow
def test_a_killed_command_goes_on_from_its_last_checkpoint(finished, tmp_path):
    """After SIGKILL the worker is gone within seconds, and the same command ends with the same bits."""
    process = start(tmp_path)
    process.kill()
    process.communicate(timeout=30)
    assert_nobody_is_left(tmp_path, seconds=5)
    assert [record["backend"] for record in read_lines(tmp_path / "out")] == ["numpy"]
    assert "slow linear seed 0: goes on after 1 epoch\n" in go_on(tmp_path)
    assert outcome(tmp_path / "out", "slow") == outcome(finished / "out", "slow")


def open_terminal(place, **options):
    """The command in a terminal of its own, in the second epoch; and the terminal."""
    master, slave = pty.openpty()

    def take_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    streams = {"stdin": slave, "stdout": slave, "stderr": slave, "start_new_session": True}
    process = start(place, **{"preexec_fn": take_terminal, **streams, **options})
    os.close(slave)
    return SimpleNamespace(process=process, master=master)


def test_a_terminal_that_closes_stops_the_command_in_order(tmp_path):
    """Closing the window ends the command with 129: the run is saved, and record and report are written."""
    terminal = open_terminal(tmp_path)
    os.close(terminal.master)
    assert terminal.process.wait(30) == 129
    assert_stopped_in_order(tmp_path)


@pytest.mark.slow
def test_a_command_that_is_told_to_ignore_it_outlives_its_terminal(finished, tmp_path):
    """Where SIGHUP is ignored the command trains on without its terminal, and ends well."""

    def take_terminal():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    terminal = open_terminal(tmp_path, until=2, preexec_fn=take_terminal)
    os.close(terminal.master)
    (tmp_path / "go").touch()
    assert terminal.process.wait(60) == 0
    assert outcome(tmp_path / "out", "slow") == outcome(finished / "out", "slow")
    assert (tmp_path / "out" / "report.md").is_file()
    assert_nobody_is_left(tmp_path)


@pytest.mark.slow
def test_progress_that_nobody_reads_does_not_stop_the_training(finished, tmp_path):
    """Where the reader of stderr is gone, `tee` after Ctrl-C for instance, the runs and their records are complete."""
    process = start(tmp_path, until=2)
    process.stderr.close()
    process.stderr = None
    (tmp_path / "go").touch()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Report: out/report.html" in out
    assert outcome(tmp_path / "out", "slow") == outcome(finished / "out", "slow")
