"""Trains networks with one backend in a process of its own: whole, stopped, or on from what another process has saved.

    python going_on.py BACKEND (whole | stopped | resumed) FOLDER CASE...

A case is NETWORK/MODE/EXECUTION, or the name of images in place of a network, which are trained on by one of one's own.
What each has become is printed as JSON: the SHA-256 of its last checkpoint.
"""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from any_images import OWN, SHAPES, WITHOUT_DROPOUT, made

from mnist_compare import Recipe, load_dataset, subset
from mnist_compare.backend import find_backend
from mnist_compare.runner.networks import find_architectures

BACKEND, PHASE, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
NESTED = Path(__file__).with_name("nested.toml")
RECIPE = Recipe("going on", epochs=2)  # the last of the five batches of an epoch is smaller
Experiment = find_backend(BACKEND).load()


def images_of(case):
    """Those of MNIST, unless the case names others."""
    name = case.partition("/")[0]
    return made(*SHAPES[name], 300) if name in SHAPES else subset(load_dataset("mnist"), train_size=300, test_size=50)


def network_of(case, data):
    """The network of a case; a framework's own dropout does not go on with the same masks."""
    name, mode, _ = case.split("/")
    if name in SHAPES:
        own = OWN if mode == "matched" else WITHOUT_DROPOUT
        return own.fitted_to(data.image_shape, data.class_count)
    (architecture,) = find_architectures([NESTED if name == "nested" else name])
    return architecture


def experiment_of(case, data):
    """A fresh experiment of a case."""
    architecture, (_, mode, execution) = network_of(case, data), case.split("/")
    return Experiment(architecture, RECIPE, seed=3, device="cpu", mode=mode, execution=execution)


def train(case):
    """What the phase leaves of a case: checksums of checkpoints."""
    data = images_of(case)
    execution, place = case.rpartition("/")[2], FOLDER / case
    if PHASE == "whole":
        experiment = experiment_of(case, data)
        experiment.fit(data, checkpoints=place)
        return [experiment.save(place / "end.safetensors")]
    if PHASE == "stopped":
        experiment = experiment_of(case, data)
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
    print(json.dumps({case: train(case) for case in sys.argv[4:]}))  # noqa: T201
