"""What the worker computes with the optimizers that no document has: on a small network, eagerly."""

import msgspec
from backend_cases import FURTHER, FURTHER_OPTIMIZERS, SMALL, arrays, further_recipe

from mnist_compare.architecture import Dropout
from mnist_compare.errors import BackendError
from mnist_compare.experiment.loop import TrainingLoop

IMAGES = 300  # five batches of 60
WITHOUT_MASKS = msgspec.structs.replace(
    SMALL, layers=tuple(layer for layer in SMALL.layers if not isinstance(layer, Dropout))
)
"""A framework's own dropout does not go on with the same masks."""


def hand_over(experiment_class, folder, reference):
    """Two epochs of five steps, the second one anew from the own checkpoint, and from the reference's: arrays."""
    found, data = {}, arrays("float64", IMAGES, 20)
    for name in FURTHER:
        made = experiment_class(SMALL, further_recipe(name), seed=5, device="cpu", execution="eager")
        _train(made, data)
        made.save(folder / "further" / f"{name}.safetensors")
        _train(made, data)
        found |= _named(f"further/whole/{name}", made)
        for origin, place in (("own", folder), ("reference", reference)):
            path = place / "further" / f"{name}.safetensors"
            loaded = experiment_class.load(path, device="cpu", execution="eager")
            _train(loaded, data)
            found |= _named(f"further/{origin}/{name}", loaded)
    return found


def train_natively(experiment_class, folder):
    """For each optimizer: whether the framework's own goes on to the same bits from a checkpoint; or its refusal."""
    if experiment_class.backend.name == "numpy":
        return {}
    found, data = {}, arrays("float32", IMAGES, 20)
    for name in FURTHER_OPTIMIZERS:
        optimizer = type(FURTHER_OPTIMIZERS[name][0])()
        recipe = further_recipe(name).changed(optimizer=optimizer, learning_rate=0.003, precision="float32")
        try:
            whole = experiment_class(WITHOUT_MASKS, recipe, seed=5, device="cpu", mode="native", execution="eager")
        except BackendError as error:
            found[name] = str(error)
            continue
        _train(whole, data)
        whole.save(folder / "half.safetensors")
        resumed = experiment_class.load(folder / "half.safetensors", device="cpu", execution="eager")
        _train(whole, data)
        _train(resumed, data)
        digests = (each.save(folder / f"{i}.safetensors") for i, each in enumerate((whole, resumed)))
        found[name] = len(set(digests)) == 1
    return found


def _train(experiment, data):
    """One epoch, of which nothing is evaluated."""
    TrainingLoop(experiment, data).epoch_alone()


def _named(prefix, experiment):
    return {f"{prefix}/{name}": array for name, array in (experiment.weights() | experiment.optimizer_state()).items()}
