"""What the worker of a backend computes of the small network around each kind of layer."""

from contextlib import contextmanager
from importlib import import_module

import msgspec
import numpy as np
from backend_cases import arrays

from mnist_compare.certify.case import LAYER_RECIPE
from mnist_compare.certify.layer_networks import FAULT_NETWORKS, LAYER_NETWORKS

BATCH, STEPS, HALF_STEPS = 8, 4, 2
WAYS = {"torch": "plain_torch", "keras": "plain_keras", "paddle": "plain_paddle"}


def layer_work(Experiment, take_steps):  # noqa: N803 (a class)
    """Arrays and facts, by name, of all these networks."""
    with without_graphs(Experiment.backend.name):
        found, facts = around_layers(Experiment, take_steps)
    return {f"layer/{key}": array for key, array in found.items()}, facts | in_bfloat16(Experiment, take_steps)


@contextmanager
def without_graphs(backend):
    """Meanwhile Keras predicts step by step too, as it trains here: a graph of each network takes longer."""
    if backend != "keras":
        yield
        return
    config = import_module("tensorflow").config
    config.run_functions_eagerly(True)
    yield
    config.run_functions_eagerly(False)


def around_layers(Experiment, take_steps):  # noqa: N803 (a class)
    """What each network comes to in float64, by name, and its plain model."""
    found, facts = {}, {}
    for name, network in LAYER_NETWORKS.items():
        experiment = make(Experiment, network, "float64")
        data = images_for(network, "float64")
        found[f"{name}/losses/"] = take_steps(experiment, data, STEPS)
        weights = experiment.weights()
        found |= {f"{name}/weights/{key}": array for key, array in weights.items()}
        found |= {f"{name}/slots/{key}": array for key, array in experiment.optimizer_state().items()}
        images = data.test_images
        logits = found[f"{name}/logits/"] = experiment.logits(experiment.to_device(images))
        found[f"{name}/alone/"] = experiment.logits(experiment.to_device(images[:1]))
        if Experiment.backend.name in WAYS:
            facts[f"layer/{name}/plain"] = plain_model(experiment, images, logits, weights)
    return found, facts


def in_bfloat16(Experiment, take_steps):  # noqa: N803 (a class)
    """The losses of every kind of layer in bfloat16, or what they are exactly, by the reference."""
    facts = {}
    for network in half_networks():
        precision = "float64" if Experiment.backend.is_reference else "bfloat16"
        if not Experiment.refuses(precision, "cpu"):
            data = images_for(network, "float64" if precision == "float64" else "float32")
            losses = take_steps(make(Experiment, network, precision), data, HALF_STEPS)
            facts[f"layer/{network.name}/{precision}"] = losses.tolist()
    return facts


def half_networks():
    """Networks that have every kind of layer between them: those of the faults, and what these lack."""
    chosen, kinds = [], set()
    for network in (*FAULT_NETWORKS, *LAYER_NETWORKS.values()):
        own = {type(shaped.layer) for shaped in network.all_layers}
        if not own <= kinds:
            chosen.append(network)
            kinds |= own
    return chosen


def make(Experiment, network, precision):  # noqa: N803 (a class)
    recipe = msgspec.structs.replace(LAYER_RECIPE, batch_size=BATCH, precision=precision)
    # Step by step: each graph takes a second, and the small cases of the self-test are trained by graphs.
    return Experiment(network, recipe, seed=2, device="cpu", execution="eager")


def images_for(network, precision):
    """A batch for each step, of which the last is one image; two where values are normalized over the batch."""
    normed = any(shaped.layer.normalizes for shaped in network.all_layers)
    return arrays(precision, BATCH * (STEPS - 1) + (2 if normed else 1), 6)


def plain_model(experiment, images, wanted, weights):
    """How far the framework's own model is from the experiment, and whether its weights come out as they went in."""
    framework = import_module(WAYS[experiment.backend.name])
    model = experiment.framework_model()
    gap = float(np.abs(framework.logits(model, images) - wanted).max() / np.abs(wanted).max())
    experiment.restore({name: np.zeros_like(array) for name, array in weights.items()}, None)
    experiment.load_framework_weights(model)
    back = experiment.weights()
    homes = sorted({type(layer).__module__ for layer in framework.layers(model)})
    return {
        "gap": gap,
        "back": all(np.array_equal(back[name], array) for name, array in weights.items()),
        "homes": homes,
    }
