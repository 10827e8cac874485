"""Trains networks with one backend, saves their plain models, and takes models back, in a process of its own.

    python plain_writer.py BACKEND FOLDER

Leaves the models of the documented networks, images and logits in written.npz, and what it saw in written.json.
"""

import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import msgspec
import numpy as np
from backend_cases import SAME_KINDS, VARIANTS, documented, few_arrays, optimizer_recipe

from mnist_compare import Architecture, BatchNorm, Convolution, Dropout, Flatten, Linear, ReLU
from mnist_compare.architecture import MaxPooling
from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.backend import find_backend
from mnist_compare.data import load_dataset, subset
from mnist_compare.errors import MnistCompareError

BACKEND, FOLDER = sys.argv[1], Path(sys.argv[2])
Experiment = find_backend(BACKEND).load()
framework = import_module(f"plain_{BACKEND}")
# The graph of a training takes Keras longer than ten steps: the process that reads its models trains one by a graph.
train = partial(framework.train, run_eagerly=True) if BACKEND == "keras" else framework.train
DOCUMENTED = [name for name in ARCHITECTURES if name not in SAME_KINDS]
NORMED = Architecture(
    "normed",
    (
        Convolution(6, 3, bias=False),
        Dropout(0.2),
        MaxPooling(3, stride=2),
        Flatten(),
        BatchNorm(momentum=0.3, epsilon=0.01),
        Dropout(0.1),
        ReLU(),
        Linear(16, bias=False),
        BatchNorm(),
        Linear(10),
    ),
)
ODD = {"normed": NORMED, **VARIANTS}


def trained(architecture, recipe=None, mode="matched", precision="float64"):
    """An experiment after an epoch over few images, its test images, and its logits for them."""
    recipe = recipe or optimizer_recipe("momentum")
    recipe = msgspec.structs.replace(recipe, precision=precision, epochs=2)
    experiment = Experiment(architecture, recipe, seed=8, device="cpu", mode=mode, execution="eager")
    data = few_arrays("float32" if precision == "bfloat16" else precision)
    if recipe.normalization == "standard":
        data = experiment._arrays(subset(load_dataset("mnist"), train_size=200, test_size=64))
    experiment.fit(data, until=1)
    return experiment, np.array(data.test_images), outputs(experiment, data.test_images)


def outputs(experiment, images):
    return experiment.logits(experiment.to_device(images))


def gap(one, other):
    return float(np.abs(one - other).max() / np.abs(other).max())


def documented_networks():
    for name in DOCUMENTED:
        experiment, images, wanted = trained(*documented(name, "float32"), precision="float32")
        model = experiment.framework_model()
        framework.save(model, FOLDER / f"{name}{framework.SUFFIX}")
        ARRAYS[f"images/{name}"], ARRAYS[f"logits/{name}"] = images, wanted
        FACTS["homes"] += [type(layer).__module__ for layer in framework.layers(model)]
    ARRAYS["labels"] = few_arrays("float32").test_labels
    FACTS["networks"] = DOCUMENTED


def odd_networks():
    """How far the plain models of odd networks are from their experiments, and whether their weights come back."""
    for name, architecture in ODD.items():
        for mode in ("matched", "native"):
            experiment, images, wanted = trained(architecture, mode=mode)
            model = experiment.framework_model()
            other = Experiment(architecture, experiment.recipe, seed=9, device="cpu", mode=mode)
            other.load_framework_weights(model)
            weights = other.weights()
            FACTS[f"odd/{name}/{mode}"] = {
                "gap": gap(framework.logits(model, images), wanted),
                "back": all(np.array_equal(weights[key], array) for key, array in experiment.weights().items()),
                "type": str(framework.logits(model, images).dtype),
            }


def in_bfloat16():
    """A bfloat16 experiment's plain model: how far its outputs are, whether its weights come back, and how far the
    experiment is from float32.
    """
    if Experiment.refuses("bfloat16", "cpu"):
        return
    experiment, images, wanted = trained("convnet", precision="bfloat16")
    model, weights = experiment.framework_model(), experiment.weights()
    recipe = msgspec.structs.replace(experiment.recipe, precision="float32")
    exact = Experiment(experiment.architecture, recipe, seed=8, device="cpu", execution="eager")
    exact.restore(weights, None)
    found = np.asarray(framework.logits(model, images), np.float32)
    experiment.load_framework_weights(model)
    back = all(np.array_equal(array, weights[name]) for name, array in experiment.weights().items())
    FACTS["bfloat16"] = {"gap": gap(found, wanted), "back": back, "rounding": gap(wanted, outputs(exact, images))}


def there_and_back():
    """A plain model is trained by the framework's own loop, while its experiment stays, and then comes back."""
    for mode in ("matched", "native"):
        experiment, images, before = trained("convnet", mode=mode, precision="float32")
        model = experiment.framework_model()
        losses = train(model, images, few_arrays("float32").test_labels)
        copy = gap(outputs(experiment, images), before)
        experiment.load_framework_weights(model)
        after = outputs(experiment, images)
        experiment.save(FOLDER / "back.safetensors")
        loaded = outputs(Experiment.load(FOLDER / "back.safetensors", device="cpu"), images)
        facts = {"losses": losses, "copy": copy, "moved": gap(after, before), "saved": gap(loaded, after)}
        facts |= {"back": gap(after, framework.logits(model, images)), "done": [experiment.epoch, experiment.step]}
        facts["epochs"] = len(experiment.fit(few_arrays("float32")))
        facts["apart"] = gap(framework.logits(model, images), after)
        FACTS[f"there_and_back/{mode}"] = facts


def undisturbed():
    """Whether a native training draws the same dropouts after a plain model was made in between."""
    ends = []
    for disturbed in (False, True):
        experiment, images, _ = trained("convnet", mode="native", precision="float32")
        if disturbed:
            experiment.framework_model()
        experiment.fit(few_arrays("float32"))
        ends.append(outputs(experiment, images))
    FACTS["disturbed"] = gap(*ends)


def refusals():
    """What is said to weights that do not fit, and whether anything has changed."""
    experiment, images, before = trained("convnet")
    state = experiment.optimizer_state()
    given = {
        "other": Experiment("cnn", device="cpu").framework_model(),
        "path": str(FOLDER / f"cnn{framework.SUFFIX}"),
        "nothing": None,
    }
    for name, weights in given.items():
        FACTS[f"refused/{name}"] = attempt(experiment.load_framework_weights, weights)
    if BACKEND != "keras":
        own = dict(experiment.framework_model().state_dict())
        FACTS["refused/renamed"] = attempt(experiment.load_framework_weights, own | {"head.bias": own["norm1.bias"]})
        own["linear3.bias"] = own["linear3.bias"].tolist()
        FACTS["refused/list"] = attempt(experiment.load_framework_weights, own)
        FACTS["refused/tuned"] = attempt(experiment.restore, experiment._model.state_dict(), None)
    kept = experiment.optimizer_state()
    FACTS["unchanged"] = (
        np.array_equal(outputs(experiment, images), before)
        and all(np.array_equal(kept[name], array) for name, array in state.items())
        and (experiment.epoch, experiment.step) == (1, 4)
    )


def attempt(action, *arguments):
    try:
        action(*arguments)
    except MnistCompareError as error:
        return f"{type(error).__name__}: {error}"
    return "taken"


if __name__ == "__main__":
    ARRAYS, FACTS = {}, {"homes": []}
    for part in (documented_networks, odd_networks, in_bfloat16, there_and_back, undisturbed, refusals):
        part()
    np.savez(FOLDER / "written.npz", **ARRAYS)
    (FOLDER / "written.json").write_text(json.dumps(FACTS))
