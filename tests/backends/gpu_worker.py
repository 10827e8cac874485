"""In a process of its own: the same trainings on a GPU, step by step, by a captured step, and resumed; a JSON line."""

import hashlib
import json
import sys

from mnist_compare.architecture.documented import default_recipe, find_architecture
from mnist_compare.data import load_dataset, subset
from mnist_compare_torch import TorchExperiment

DATA = subset(load_dataset(), train_size=2010, test_size=200)  # the last batch is a smaller one


def digest(experiment):
    arrays = {**experiment.weights(), **experiment.optimizer_state()}
    return hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()


def outcome(name, precision, folder):
    """Hashes of the weights and slots, by how they came about."""
    recipe = default_recipe(find_architecture(name)).changed(epochs=2, precision=precision)
    found = {}
    for execution in ("eager", "compiled"):
        experiment = TorchExperiment(name, recipe, device="gpu", execution=execution)
        experiment.fit(DATA)
        found[execution] = digest(experiment)
    resumed = TorchExperiment(name, recipe, device="gpu")
    found["auto"] = resumed.execution
    resumed.fit(DATA, until=1, checkpoints=folder)
    resumed = TorchExperiment.load(f"{folder}/epoch-001.safetensors", device="gpu")
    resumed.fit(DATA)
    found["resumed"] = digest(resumed)
    return found


print(json.dumps(outcome(*sys.argv[1:])))  # noqa: T201 (what this worker has to say)
