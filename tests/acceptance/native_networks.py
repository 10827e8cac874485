"""A program: `native_networks.py write|read BACKEND FOLDER` writes every network in each kind of file of the framework,
or reads what was written. Reading prints JSON: by file, how far its outputs are off those of the network that was
written, and whether the weights that are taken from it are the same bits; or why there is no file.
"""

import json
import sys
from pathlib import Path

import numpy as np

from mnist_compare import MnistCompareError, Recipe
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.backend import find_backend
from mnist_compare.certify.layer_networks import LAYER_NETWORKS

MOST = 30_000_000
"""Parameters of the largest network: vgg16 and vgg19 would take gigabytes, and have the layers of vgg11."""


def networks():
    """The documented networks for MNIST, and one around each kind of layer."""
    documented = {
        name: network.fitted_to((1, 28, 28), 10) for name, network in ARCHITECTURES.items() if "imagenet" not in name
    }
    return {name: one for name, one in (documented | LAYER_NETWORKS).items() if one.parameter_count <= MOST}


def experiment_of(kind, network, seed):
    """A new one, in float32."""
    loss = "cross_entropy" if network.output == "logits" else "mean_squared_error"
    return kind(network, Recipe(loss=loss), seed=seed, device="cpu")


def write(kind, folder):
    """All files, with what the network computes of some noise, and its weights."""
    refused = {}
    for name, network in networks().items():
        experiment = experiment_of(kind, network, seed=1)
        images = np.random.default_rng(0).normal(size=(5, *network.input_shape)).astype(np.float32)
        outputs = experiment.evaluated_outputs(experiment.to_device(images), len(images))
        np.savez(folder / f"{name}.npz", images=images, outputs=outputs, **experiment.weights())
        for file in kind.framework_network.files:
            try:
                file.save(experiment.framework_model(), network.input_shape, folder / f"{name}{file.suffix}")
            except MnistCompareError as error:
                refused[f"{name}{file.suffix}"] = str(error)
    (folder / "refused.json").write_text(json.dumps(refused))


def read(kind, folder):
    """What the files come to."""
    refused = json.loads((folder / "refused.json").read_text())
    found = {file: {"refused": reason} for file, reason in refused.items()}
    for name, network in networks().items():
        with np.load(folder / f"{name}.npz") as kept:
            written = dict(kept)
        images, outputs = written.pop("images"), written.pop("outputs")
        for file in kind.framework_network.files:
            path = folder / f"{name}{file.suffix}"
            if path.name in refused:
                continue
            computed = file.compute(path, images, lambda network=network: experiment_of(kind, network, seed=2))
            off = float(np.abs(computed - outputs).max() / max(1.0, np.abs(outputs).max()))
            same = None
            if file.load is not None:
                experiment = experiment_of(kind, network, seed=3)
                weights, _ = kind.framework_network(experiment).matched(file.load(path))
                same = all(np.array_equal(weights[key], written[key]) for key in written)
            found[path.name] = {"off": off, "same": same}
    sys.stdout.write(json.dumps(found) + "\n")


def main():
    """Do what is asked."""
    what, backend, folder = sys.argv[1:]
    {"write": write, "read": read}[what](find_backend(backend).load(), Path(folder))


if __name__ == "__main__":
    main()
