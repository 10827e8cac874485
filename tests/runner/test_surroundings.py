"""What is around a command and its workers: modules in the folder, streams that are closed or full, no home."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import read_lines, wait_until
from third_party import LINEAR, add_backend, run_cli, start_cli

ASKED = (*LINEAR, "--backends", "numpy", "--threads", "1", "--output", "out", "--no-retime")
SHADOWS = ("random", "numpy", "types", "json", "logging", "click")
PROBE = """
import sys
from pathlib import Path
from mnist_compare.runner.engine import Setting, run_job
from mnist_compare.runner.local_engine import LocalEngine
from mnist_compare.runner.probe_job import ProbeJob
Path("answer").write_text(repr(run_job(LocalEngine(), ProbeJob("numpy"), Setting(1, Path("log.txt")))))
"""


def assert_done(place):
    (record,) = read_lines(place / "out")
    assert (record["status"], record["reason"]) == ("done", "")


@pytest.mark.parametrize("end", ["\\n", ""], ids=["line", "no line"])
def test_what_prints_at_pythons_start_goes_to_the_log(end, tmp_path):
    """A `sitecustomize` that prints in every Python is heard by nobody but the log."""
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "sitecustomize.py").write_text(f"print('hello from the site', end='{end}', flush=True)\n")
    code, out, err = run_cli(*ASKED, cwd=tmp_path, installed=installed)
    assert code == 0, err
    assert out.startswith("hello from the site")
    assert_done(tmp_path)
    (log,) = (tmp_path / "out" / "runs").glob("*/log.txt")
    assert log.read_text().startswith("hello from the site")


@pytest.mark.parametrize("way", ["script", "module"])
def test_files_of_the_users_are_no_modules(way, tmp_path):
    """A `random.py` of the user's in the current folder is imported by nobody, however the command is started."""
    for name in SHADOWS:
        if way == "script" or name != "types":  # which `python -m` itself would take, whatever it is to run
            (tmp_path / f"{name}.py").write_text("raise RuntimeError('mine, and no module of yours')\n")
    script = tmp_path / "bin" / "mnist-compare"
    script.parent.mkdir()
    script.write_text("from mnist_compare.__main__ import main\nmain()\n")
    started = [str(script)] if way == "script" else ["-m", "mnist_compare"]
    done = subprocess.run([sys.executable, *started, *ASKED], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert_done(tmp_path)


def closing(*descriptors):
    def close():
        for descriptor in descriptors:
            os.close(descriptor)

    return close


@pytest.mark.parametrize("closed", [(0,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_a_program_without_streams_hears_its_workers(closed, tmp_path):
    """Where stdin, stdout and stderr are closed, no pipe of a worker is taken for one of them."""
    subprocess.run([sys.executable, "-c", PROBE], cwd=tmp_path, preexec_fn=closing(*closed), timeout=60, check=True)
    assert (tmp_path / "answer").read_text().startswith("Probed("), (tmp_path / "answer").read_text()


@pytest.mark.parametrize("closed", [(0, 1), (0, 1, 2)])
def test_a_command_without_streams_ends_well(closed, tmp_path):
    """A command whose streams are closed, of a service for instance, trains and reports as any other."""
    process = start_cli(*ASKED, cwd=tmp_path, installed=tmp_path, report=True, preexec_fn=closing(*closed))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert_done(tmp_path)
    assert (tmp_path / "out" / "report.md").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("arguments", [("list", "backends"), ("--help",), ("show", "cnn", "--toml"), ASKED])
def test_a_full_disk_behind_stdout_is_said_in_a_sentence(arguments, tmp_path):
    """Results that cannot be written are an error in a sentence, exit code 2, without a traceback."""
    with Path("/dev/full").open("w") as full:
        process = start_cli(*arguments, cwd=tmp_path, installed=tmp_path, stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert err.endswith("Error: Cannot write to the standard output: No space left on device.\n")
    assert "Traceback" not in err
    if arguments == ASKED:
        assert_done(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_behind_stderr_changes_no_exit_code(tmp_path):
    """An error that cannot be told is one nevertheless."""
    with Path("/dev/full").open("w") as full:
        assert start_cli("list", "nothing", cwd=tmp_path, installed=tmp_path, stderr=full).wait(60) == 2


SLOW = "import pathlib, time\npathlib.Path('at').touch()\ntime.sleep(60)\n"


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("click", ("--help",)), ("slow_backend", ASKED), ("slow_backend", ("doctor",)), ("pandas", ASKED)],
)
def test_ctrl_c_ends_a_command_with_130_from_its_first_moment_on(module, arguments, tmp_path):
    """While the program's own modules are imported, or runs are planned or reported, Ctrl-C ends it with 130."""
    add_backend(tmp_path / "installed", "slow")
    (tmp_path / "installed" / f"{module}.py").write_text(SLOW)
    process = start_cli(*arguments, cwd=tmp_path, installed=tmp_path / "installed", report=True)
    wait_until((tmp_path / "at").exists)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err


NOBODY = ("setpriv", "--reuid", "12345", "--clear-groups", "--inh-caps", "+dac_read_search")
NOBODY += ("--ambient-caps", "+dac_read_search")  # the interpreter may lie in a home of somebody else's


def may_be_nobody():
    try:
        return subprocess.run([*NOBODY, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def as_nobody(*arguments, cwd, **variables):
    cwd.chmod(0o777)
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "MNIST_COMPARE_ENVS")}
    command = [*NOBODY, sys.executable, "-m", "mnist_compare", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment | variables, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.skipif(not may_be_nobody(), reason="no other user can be made here")
@pytest.mark.parametrize("variables", [{}, {"HOME": "/"}], ids=["no home", "a home of root's"])
def test_a_user_without_name_and_home_compares(variables, tmp_path):
    """A container's user, with neither an entry in passwd nor a home, has all commands, and no folder `~` is made."""
    done = as_nobody("list", "backends", cwd=tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    asked = (*LINEAR, "--backends", "paddle", "--threads", "1", "--output", "out", "--no-retime")  # which needs a home
    done = as_nobody(*asked, cwd=tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    assert_done(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(not may_be_nobody(), reason="no other user can be made here")
def test_environments_need_a_home(tmp_path):
    """Where there is none, `envs` says what to set."""
    done = as_nobody("envs", "create", "torch", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: There is no home folder for environments: HOME is not set.")
    assert "MNIST_COMPARE_ENVS" in done.stderr
