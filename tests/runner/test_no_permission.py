"""Folders and files that may not be read or written: called that, and not gone; and links that lead nowhere."""

import os
import shutil
import subprocess
import sys

import pytest
from processes import wait_until
from third_party import ASKED, LINEAR, plant_slow, run_cli, start_cli

# Root may do all, unless it gives up its capabilities.
POWERLESS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
FILES = ("results.jsonl", "comparison.json", ".lock")


@pytest.fixture
def python(tmp_path):
    """An interpreter whose programs obey the permissions of files."""
    if POWERLESS and not shutil.which(POWERLESS[0]):
        pytest.skip("root has no setpriv here, to give up capabilities")
    if POWERLESS and subprocess.run([*POWERLESS, "true"], check=False, capture_output=True).returncode:
        pytest.skip("may not give up capabilities")
    path = tmp_path / "python"
    path.write_text(f'#!/bin/sh\nexec {" ".join(POWERLESS)} {sys.executable} "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def permission():
    """Sets the permissions of a path, until the test is over."""
    changed = []

    def change(path, mode):
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield change
    for path, mode in reversed(changed):
        path.chmod(mode)


def refused(code, err):
    """The message of a command that has said what is wrong, on one line."""
    assert code == 2, err
    assert "Traceback" not in err
    assert "gone" not in err
    return err[err.index("Error: ") :]


@pytest.mark.parametrize("mode", [0o555, pytest.param(0o000, marks=pytest.mark.slow)])
def test_a_folder_that_may_not_be_written_any_more_is_not_gone(mode, python, permission, tmp_path):
    """Where permissions are taken away while a run trains, that is said; given back, the same command goes on."""
    plant_slow(tmp_path)
    asked = [word.replace("numpy,slow", "slow") for word in ASKED]
    process = start_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed", python=python)
    wait_until((tmp_path / "at").exists)
    permission(tmp_path / "out", mode)
    (tmp_path / "go").touch()
    _, err = process.communicate(timeout=60)
    assert "Permission denied" in refused(process.returncode, err)
    (tmp_path / "out").chmod(0o755)
    code, _, err = run_cli(*asked, cwd=tmp_path, installed=tmp_path / "installed", python=python)
    assert code == 0, err


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_may_not_be_read_is_named(name, finished, python, permission, tmp_path):
    """A file of the comparison without permission is named with the reason, and no other folder is asked for."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    permission(tmp_path / "out" / name, 0o000)
    code, _, err = run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed", python=python)
    message = refused(code, err)
    assert "Permission denied" in message
    assert "out" in message
    assert "Give the folder of a comparison" not in message


def test_force_moves_everything_or_nothing(finished, python, permission, tmp_path):
    """Where records cannot be marked as superseded, checkpoints stay where the records say that they are."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    permission(tmp_path / "out", 0o555)
    before = sorted(tmp_path.glob("out/runs/*"))
    code, _, err = run_cli(*ASKED, "--force", cwd=tmp_path, installed=tmp_path / "installed", python=python)
    assert "results.jsonl: Permission denied" in refused(code, err)
    assert sorted(tmp_path.glob("out/runs/*")) == before


LINKS = {
    "output": (*LINEAR, "-b", "numpy", "-o", "link"),
    "below output": (*LINEAR, "-b", "numpy", "-o", "link/below"),
    "output in a loop": (*LINEAR, "-b", "numpy", "-o", "loop"),
    "certificate": ("certify", "-a", "linear", "-b", "torch", "--steps", "1", "-o", "link"),
    "data": (*LINEAR, "-b", "numpy", "--dataset", "link", "-o", "out"),
    "archive": (*LINEAR, "-b", "numpy", "--dataset", "link.npz", "-o", "out"),
    "network": ("show", "link.toml"),
    "recipe": (*LINEAR, "-b", "numpy", "--recipe", "link.toml", "-o", "out"),
    "report": ("report", "link"),
    "samples": ("samples", "-o", "link/grid"),
}


@pytest.mark.parametrize("command", LINKS.values(), ids=LINKS)
def test_a_link_that_leads_nowhere_is_called_that(command, tmp_path):
    """Whatever a link stands for that leads to nothing, it is named, and where it leads."""
    for name in ("link", "link.npz", "link.toml"):
        (tmp_path / name).symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    code, _, err = run_cli(*command, cwd=tmp_path, installed=tmp_path)
    message = refused(code, err)
    assert " is a link to nowhere" in message or " is a link to loop" in message
    assert "File exists" not in message
    assert {path.name for path in tmp_path.iterdir()} == {"link", "link.npz", "link.toml", "loop"}
