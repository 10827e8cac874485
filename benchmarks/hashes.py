"""What a training of each documented network ends with, as hashes: equal ones mean the same numbers, bit by bit.

It needs nothing but what every version of the package has, so that two checkouts can be laid side by side on one
machine; hashes differ from processor to processor.

    PYTHONPATH=CHECKOUT:CHECKOUT/backends python benchmarks/hashes.py torch --networks cnn,mlp > hashes.txt
"""

import sys
from argparse import ArgumentParser, Namespace
from hashlib import sha256
from typing import Any

import numpy as np

NETWORKS = "linear,mlp,cnn,lenet,convnet,speedrun"


def digest(experiment: Any, history: list[Any]) -> str:
    """SHA-256 of the weights, the optimizer's slots and the losses of a training."""
    found = sha256()
    for arrays in (experiment.weights(), experiment.optimizer_state()):
        for name in sorted(arrays):
            found.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    for epoch in history:
        found.update(np.array([*epoch.step_losses, epoch.train_loss, epoch.test_loss]).tobytes())
    return found.hexdigest()


def read_arguments() -> Namespace:
    """The command line; what is not given is left to the package."""
    parser = ArgumentParser()
    parser.add_argument("backend")
    parser.add_argument("--networks", default=NETWORKS)
    parser.add_argument("--images", type=int, default=3000)
    for option in ("mode", "execution", "tuning"):
        parser.add_argument(f"--{option}")
    return parser.parse_args()


def main() -> None:
    """Print a line for each network: its name, the backend and the hash."""
    arguments = read_arguments()
    given = {name: value for name in ("mode", "execution", "tuning") if (value := getattr(arguments, name))}
    from mnist_compare import load_dataset, subset
    from mnist_compare.backend import find_backend

    adapter = find_backend(arguments.backend).load()
    data = subset(load_dataset("mnist"), train_size=arguments.images, test_size=500)
    for name in arguments.networks.split(","):
        experiment = adapter(name, seed=1, device="cpu", **given)
        found = digest(experiment, experiment.fit(data, epochs=1))
        sys.stdout.write(f"{name} {arguments.backend} {found}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
