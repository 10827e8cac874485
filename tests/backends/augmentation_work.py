"""What the worker asks of a framework's own augmentation: its images beside the core's, and a training that goes on."""

import random
import sys
from functools import cache

import numpy as np
from msgspec.structs import replace

from mnist_compare import load_dataset, subset
from mnist_compare.data import normalize
from mnist_compare.experiment.augmenting import AugmentedImages
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.augmentations import AUGMENTATIONS, Contrast, MixUp, Rotate, Scale, Shear

MODE = "native:augmentation"
KNOWN = {
    "rotate": Rotate(degrees=(12.0, 12.0)),
    "scale": Scale(factor=(1.2, 1.2)),
    "shear": Shear(degrees=(12.0, 12.0)),
}
"""By name what changes every image alike."""
EPOCH, STEP = 7, 3


def own_augmentation(experiment, folder):
    """The images of a step, by framework and core, of each kind that the framework takes; whether generators are left
    as they were; a training that was interrupted.
    """
    default = next((one for one in experiment.backend.defaults if one.name == "augmentation"), None)
    if default is None:
        return {}, {}
    facts = {"imported before": "torchvision" in sys.modules}
    facts["taken"] = [name for name, one in AUGMENTATIONS.items() if default.takes(one, 1)]
    plans = {mode: experiment("mlp", seed=4, device="cpu", mode=mode) for mode in ("matched", MODE)}
    arrays, before = {}, generators()
    for name in facts["taken"]:
        for mode in ("matched", MODE, "again"):
            plan = plans["matched" if mode == "matched" else MODE]
            arrays |= kept(f"{name}/{mode}", images(plan, AUGMENTATIONS[name]))
    for name, one in KNOWN.items():
        if default.takes(one, 1):
            arrays |= kept(f"known/{name}/own", images(plans[MODE], one))
            arrays |= kept(f"known/{name}/core", images(plans["matched"], one))
    arrays |= kept("half", images(plans[MODE], Rotate(probability=0.5)))
    arrays |= kept("half/plain", images(plans["matched"], Rotate(probability=0.0)))
    facts["generators left"] = generators() == before
    arrays["whole"], arrays["resumed"] = interrupted(experiment, folder)
    return arrays, facts


def images(plan, one):
    """Images and targets of a step that is made alone."""
    data = arrays_of(160)
    plan.recipe = Recipe(augmentation=(one,))
    plan.mean, plan.std = data.mean, data.std
    return AugmentedImages(plan, data.train_images, data.train_labels).step(EPOCH, STEP, np.arange(60))


@cache
def arrays_of(count):
    """So many training images, from 0 to 1."""
    return normalize(subset(load_dataset("mnist"), train_size=count, test_size=20), "unit")


def kept(name, batch):
    return {f"{name}/images": batch[0], f"{name}/targets": batch[1]}


def generators():
    """What a training may draw from besides: Python's generator, NumPy's, and torch's where it is loaded."""
    torch = sys.modules.get("torch")
    numpy = np.random.get_state()
    return random.getstate(), numpy[1].tolist(), numpy[2], torch and torch.get_rng_state().tolist()


def interrupted(experiment, folder):
    """The weights of a training, and of one that was stopped within an epoch and gone on with."""
    recipe = Recipe(augmentation=(Rotate(), Contrast(), replace(MixUp(), probability=0.5)), batch_size=32, epochs=2)
    data = arrays_of(160)
    whole = experiment("mlp", recipe, seed=1, device="cpu", mode=MODE)
    whole.fit(data)
    asked = iter([False, False, True])
    first = experiment("mlp", recipe, seed=1, device="cpu", mode=MODE)
    first.fit(data, checkpoints=folder, stop=lambda: next(asked, False))
    assert first.training.partial.losses or first.epoch < recipe.epochs
    second = experiment.load(sorted(folder.glob("*.safetensors"))[-1], device="cpu")
    second.fit(data)
    return tuple(np.concatenate([array.ravel() for array in one.weights().values()]) for one in (whole, second))


def without_torchvision():
    """Asks torch for its own augmentation where torchvision cannot be imported."""
    from mnist_compare_torch.augmentation import own_transform, torchvision_transforms

    torchvision_transforms.cache_clear()
    loaded = {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == "torchvision"}
    sys.modules["torchvision"] = None
    try:
        own_transform(Rotate())
    finally:
        del sys.modules["torchvision"]
        sys.modules.update(loaded)
