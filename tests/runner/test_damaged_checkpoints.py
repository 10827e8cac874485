"""Checkpoints that are damaged are named, the one before is taken, and the run ends with the same bits."""

import shutil

import pytest
from processes import outcome
from third_party import ASKED, run_cli


def flip_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-100])


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


# What is done to which files, the files that are named, and what the run does then.
CASES = {
    "weights": (flip_bit, ["epoch-003.safetensors"], "epoch-003.safetensors damaged, goes on after 2 epochs"),
    "run state": (flip_bit, ["epoch-003.json"], "epoch-003.json damaged, goes on after 2 epochs"),
    "cut": (cut_off, ["epoch-003.safetensors"], "epoch-003.safetensors damaged, goes on after 2 epochs"),
    "empty": (empty, ["epoch-003.json"], "epoch-003.json damaged, goes on after 2 epochs"),
    "missing": (remove, ["epoch-003.safetensors"], "epoch-003.safetensors missing, goes on after 2 epochs"),
    "both": (
        flip_bit,
        ["epoch-003.json", "epoch-002.safetensors"],
        "epoch-003.json, epoch-002.safetensors damaged, begins anew",
    ),
    "all": (
        remove,
        ["epoch-003.safetensors", "epoch-002.safetensors"],
        "epoch-003.safetensors missing, epoch-002.safetensors missing, begins anew",
    ),
    "same": (
        flip_bit,
        ["epoch-003.json", "epoch-003.safetensors"],
        "epoch-003.json damaged, goes on after 2 epochs",
    ),
}
FAST = ("weights", "missing")


@pytest.mark.parametrize("case", [pytest.param(c, marks=[] if c in FAST else pytest.mark.slow) for c in CASES])
def test_a_damaged_checkpoint_is_named_and_not_used(case, finished, tmp_path):
    """After a wrong bit or a lost file the run names it, goes on from the last whole checkpoint, and ends alike."""
    damage, files, words = CASES[case]
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    results = tmp_path / "out" / "results.jsonl"
    results.write_bytes(results.read_bytes().splitlines(keepends=True)[1])  # so that the first run is not done
    (place,) = (tmp_path / "out" / "runs").glob("numpy-*")
    for file in files:
        damage(place / file)
    code, out, err = run_cli(*ASKED, cwd=tmp_path, installed=tmp_path / "installed")
    assert code == 0, err
    assert "Traceback" not in out + err
    assert f"numpy linear seed 0: {words}" in err
    assert outcome(tmp_path / "out", "numpy") == outcome(finished / "out", "numpy")
    names = {path.name for path in place.iterdir()}
    assert names == {path.name for path in (finished / "out" / "runs" / place.name).iterdir()}
