"""One process of those that train some networks together, step by step, with one backend.

    python rank_worker.py BACKEND RANK FOLDER ADDRESS... -- CASE...

There is one address for each process; without any, it trains alone. The first one leaves FOLDER/COUNT.npz: of every
case the loss of each step, and the weights, optimizer slots and logits in the end. See `CASES` of parallel_cases.py.
"""

import sys
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from parallel_cases import CASES, STEPS, images

from mnist_compare.backend import find_backend
from mnist_compare.experiment.device_images import DeviceImages
from mnist_compare.experiment.shard import Shard

BACKEND, RANK, FOLDER = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
ADDRESSES, NAMES = (sys.argv[4 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :])
SHARD = Shard(RANK, len(ADDRESSES) or 1, tuple(ADDRESSES))


def train(case):
    """The arrays that a case leaves."""
    network, recipe, execution = CASES[case]
    experiment = find_backend(BACKEND).load()(network, recipe, seed=5, device="cpu", execution=execution, shard=SHARD)
    data = images(recipe)
    experiment.mean, experiment.std = data.mean, data.std
    given, losses = DeviceImages(experiment, data.train_images, data.train_labels), []
    while len(losses) < STEPS:
        plan = experiment.plan(len(data.train_labels))
        for steps in plan.pieces(0, STEPS - len(losses)):
            losses += experiment.train(*given.put(given.gather(steps), steps)).tolist()
            experiment.training = replace(experiment.training, step=experiment.step + len(steps))
        experiment.training = replace(experiment.training, epoch=experiment.epoch + 1)
    given.close()
    found = {"losses": np.array(losses)}
    found |= {f"weights/{name}": array for name, array in experiment.weights().items()}
    found |= {f"slots/{name}": array for name, array in experiment.optimizer_state().items()}
    found["logits"] = experiment.logits(experiment.to_device(data.test_images))
    return {f"{case}/{name}": array for name, array in found.items()}


ARRAYS = {}
for name in NAMES:
    ARRAYS |= train(name)
if RANK == 0:
    np.savez(FOLDER / f"{SHARD.count}.npz", **ARRAYS)
