import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import PARTS, main
from benchmarks.process import ROOT
from benchmarks.size import FRAMEWORKS, QUICK, frameworks
from mnist_compare.architecture.documented import ARCHITECTURES


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_quick_run_measures_everything(tmp_path):
    """`--quick` goes through all parts: every process runs, both sides agree, and nothing is missing from the file."""
    if frameworks() != list(FRAMEWORKS):
        pytest.skip("not all frameworks are installed")
    path = tmp_path / "quick.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--output", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1700, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(path.read_text())
    assert {one["name"] for one in found} == {name for name in PARTS if name != "speedrun" or name in ARCHITECTURES}
    assert all(one["quick"] and one["machine"] for one in found)
    for one in found:
        if one["name"] not in ("time_to_accuracy", "speedrun"):  # a handful of images teaches nobody 97 %
            assert one["ratio"] > 0, one["note"]
            assert one["pairs"] == QUICK.pairs
    assert path.with_suffix(".md").read_text().count("\n## ") == len({one["name"] for one in found}) + 1


@pytest.mark.parametrize(
    ("option", "names", "message"),
    [
        ("--only", "overhead,speed", "speed. Valid: overhead, documented"),
        ("--networks", "cnn,vgg", "vgg. Valid: cnn, convnet"),
        ("--frameworks", "jax", "jax. Valid: torch, keras, paddle"),
    ],
)
def test_a_part_that_does_not_exist_is_refused(option, names, message):
    """The message names those that do."""
    done = CliRunner().invoke(main, [option, names])
    assert done.exit_code == 2
    assert message in done.output
