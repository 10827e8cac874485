"""A finished comparison of the three frameworks, asked again: it is known, and nothing is trained or imported."""

import shutil
import subprocess
import sys
import time

import pytest
from processes import read_lines
from third_party import run_cli

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ASKED = (
    *("run", "--backends", "torch,keras,paddle", "--architectures", "linear", "--seeds", "0,1,2"),
    *("--train-size", "200", "--test-size", "100", "--epochs", "1", "--output", "out"),
)
FRAMEWORKS = ("torch", "tensorflow", "keras", "paddle", "torchvision")
NO_SHARED_MEMORY = "mount -t tmpfs -o ro,size=4k tmpfs /dev/shm"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with the finished comparison in `out`; where it may be, /dev/shm was read-only meanwhile."""
    place = tmp_path_factory.mktemp("finished")
    python = sys.executable
    if not subprocess.run(["unshare", "--mount", "sh", "-c", NO_SHARED_MEMORY], check=False).returncode:
        python = place / "python"
        command = f"{NO_SHARED_MEMORY} && exec {sys.executable}"
        python.write_text(f'#!/bin/sh\nexec unshare --mount sh -c \'{command} "$@"\' sh "$@"\n')
        python.chmod(0o755)
    code, _, err = run_cli(*ASKED, cwd=place, installed=place, timeout=900, python=python, report=True)
    assert code == 0, err
    assert len(read_lines(place / "out")) == 9
    return place


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_finished_comparison_is_shown_at_once(finished):
    """Asked again it takes less than two seconds, and every file of the folder stays as it is."""
    before = files(finished / "out")
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        code, out, err = run_cli(*ASKED, cwd=finished, installed=finished, report=True)
        seconds.append(time.perf_counter() - begin)
        assert code == 0, err
        assert err.count("already done") == 9
        assert "Report: out/report.html" in out
    print("seconds:", ", ".join(f"{s:.2f}" for s in seconds))  # noqa: T201 (a figure of this test, shown by -s)
    assert min(seconds) < 2
    assert files(finished / "out") == before


def test_no_framework_is_imported_for_it(finished, tmp_path):
    """Frameworks that cannot even be imported do not matter to a comparison that is finished."""
    for name in FRAMEWORKS:
        (tmp_path / "poison" / name).mkdir(parents=True)
        (tmp_path / "poison" / name / "__init__.py").write_text("raise SystemExit('imported')\n")
    shutil.copytree(finished / "out", tmp_path / "out")
    code, _, err = run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "poison", report=True)
    assert code == 0, err
    assert err.count("already done") == 9
    assert files(tmp_path / "out") == files(finished / "out")
