import shutil
from types import SimpleNamespace

import msgspec
import pytest
from command_line import run_cli

ASKED = (
    *("run", "--backends", "numpy", "--architectures", "mlp,linear", "--seeds", "0,1", "--threads", "1"),
    *("--train-size", "600", "--test-size", "200", "--validation", "100", "--epochs", "2"),
)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A whole comparison: two networks, two seeds, a validation set. Tests read it and leave it as it is."""
    place = tmp_path_factory.mktemp("finished")
    result = run_cli(*ASKED, "--output", "out", cwd=place, report=True)
    assert result.returncode == 0, result.stderr
    folder = place / "out"
    records = [msgspec.json.decode(line) for line in (folder / "results.jsonl").read_bytes().splitlines()]
    records.sort(key=lambda record: (record["architecture"] != "mlp", record["seed"]))  # as every reader puts them
    return SimpleNamespace(asked=ASKED, folder=folder, result=result, records=records)


@pytest.fixture
def own_copy(finished, tmp_path):
    """A copy of that comparison, at tmp_path / "out", for a test to change."""
    shutil.copytree(finished.folder, tmp_path / "out")
    return tmp_path / "out"
