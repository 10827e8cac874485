"""Early stopping in float64: the frameworks stop after the same epoch, with the same best weights."""

import shutil

import numpy as np
import pytest
from commands import compare
from safetensors.numpy import load_file

RECIPE = """
name = "early"
optimizer = { type = "sgd", learning_rate = 0.1, momentum = 0.9 }
batch_size = 20
epochs = 12
precision = "float64"
ema_decay = 0.5
patience = 3
"""


def asked(folder):
    small = ("--train-size", "200", "--test-size", "100", "--validation", "100", "--seeds", "1,")
    return (*small, "-a", "mlp", "--recipe", str(folder / "early.toml"), "--no-retime", "--no-latency", "--no-report")


@pytest.mark.slow
def test_frameworks_stop_alike_and_go_on_alike(tmp_path):
    """The same epochs, best weights within 1e-12; taken up again in the middle of patience, the same bits."""
    (tmp_path / "early.toml").write_text(RECIPE)
    whole = compare(tmp_path / "whole", *asked(tmp_path))
    records = list(whole.values())
    assert {(record.best_epoch, record.epochs) for record in records} == {(records[0].best_epoch, records[0].epochs)}
    assert records[0].epochs == records[0].best_epoch + 3
    arrays = [load_file(tmp_path / "whole" / record.weights) for record in records]
    for other in arrays[1:]:
        assert all(np.abs(other[name] - array).max() <= 1e-12 for name, array in arrays[0].items())
    shutil.copytree(tmp_path / "whole", tmp_path / "killed")
    (tmp_path / "killed" / "results.jsonl").unlink()
    for last in (tmp_path / "killed").glob(f"runs/*/epoch-{records[0].epochs:03d}.*"):
        last.unlink()
    again = compare(tmp_path / "killed", *asked(tmp_path))
    for key, record in whole.items():
        assert again[key].resumed == 1
        assert again[key].weights_sha256 == record.weights_sha256
        assert again[key].test == record.test
        assert again[key].best_epoch == record.best_epoch
