"""Trains networks with one backend in a process of its own: whole, stopped, or on from what another process has saved.

    python going_on.py BACKEND (whole | stopped | resumed) FOLDER CASE...

A case is NETWORK/MODE/EXECUTION. What each has become is printed as JSON: the SHA-256 of its last checkpoint.
"""

import json
import sys
from pathlib import Path

from mnist_compare import Recipe, load_dataset, subset
from mnist_compare.backend import find_backend
from mnist_compare.runner.networks import find_architectures

BACKEND, PHASE, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
NESTED = Path(__file__).with_name("nested.toml")
RECIPE = Recipe("going on", epochs=2)  # the last of the five batches of an epoch is smaller
Experiment = find_backend(BACKEND).load()


def made(case):
    """A fresh experiment of a case."""
    network, mode, execution = case.split("/")
    (architecture,) = find_architectures([NESTED if network == "nested" else network])
    return Experiment(architecture, RECIPE, seed=3, device="cpu", mode=mode, execution=execution)


def train(case, data):
    """What the phase leaves of a case: checksums of checkpoints."""
    execution, place = case.rpartition("/")[2], FOLDER / case
    if PHASE == "whole":
        experiment = made(case)
        experiment.fit(data, checkpoints=place)
        return [experiment.save(place / "end.safetensors")]
    if PHASE == "stopped":
        experiment = made(case)
        experiment.fit(data, checkpoints=place / "middle", stop=lambda: experiment.step > 1)
        return []
    (middle,) = (place / "middle").iterdir()
    found = []
    for saved in (middle, place / "epoch-001.safetensors"):
        experiment = Experiment.load(saved, device="cpu", execution=execution)
        experiment.fit(data)
        found.append(experiment.save(place / "end.safetensors"))
    return found


if __name__ == "__main__":
    images = subset(load_dataset("mnist"), train_size=300, test_size=50)
    print(json.dumps({case: train(case, images) for case in sys.argv[4:]}))  # noqa: T201
