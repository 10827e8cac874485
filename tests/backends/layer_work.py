"""What the worker of a backend computes of the small network around each kind of layer."""

from importlib import import_module

import msgspec
import numpy as np
from backend_cases import arrays, invented_weights

from mnist_compare.certify.case import LAYER_RECIPE, LAYER_STEPS
from mnist_compare.certify.layer_networks import LAYER_NETWORKS

BATCH = 8
WAYS = {"torch": "plain_torch", "keras": "plain_keras", "paddle": "plain_paddle"}


def layer_work(Experiment, take_steps):  # noqa: N803 (a class)
    """Arrays and facts, by name, of all these networks."""
    found, facts = {}, {}
    for name, network in LAYER_NETWORKS.items():
        experiment = make(Experiment, network, "float64")
        data = images_for(network, "float64")
        found[f"{name}/losses/"] = take_steps(experiment, data, LAYER_STEPS)
        found |= {f"{name}/weights/{key}": array for key, array in experiment.weights().items()}
        found |= {f"{name}/slots/{key}": array for key, array in experiment.optimizer_state().items()}
        images = data.test_images
        found[f"{name}/logits/"] = experiment.logits(experiment.to_device(images))
        found[f"{name}/alone/"] = experiment.logits(experiment.to_device(images[:1]))
        if Experiment.backend.name in WAYS:
            facts[f"layer/{name}/plain"] = plain_model(experiment, images)
        if not Experiment.refuses("bfloat16", "cpu"):
            half = make(Experiment, network, "bfloat16")
            facts[f"layer/{name}/bfloat16"] = take_steps(half, images_for(network, "float32"), 2).tolist()
    return {f"layer/{key}": array for key, array in found.items()}, facts


def make(Experiment, network, precision):  # noqa: N803 (a class)
    recipe = msgspec.structs.replace(LAYER_RECIPE, batch_size=BATCH, precision=precision)
    # Step by step: each graph takes a second, and the small cases of the self-test are trained by graphs.
    return Experiment(network, recipe, seed=2, device="cpu", execution="eager")


def images_for(network, precision):
    """Ten batches, of which the last is one image; two where values are normalized over the batch."""
    normed = any(shaped.layer.normalizes for shaped in network.all_layers)
    return arrays(precision, BATCH * (LAYER_STEPS - 1) + (2 if normed else 1), 6)


def plain_model(experiment, images):
    """How far the framework's own model is from the experiment, and whether other weights come out as they went in."""
    framework = import_module(WAYS[experiment.backend.name])
    model, wanted = experiment.framework_model(), experiment.logits(experiment.to_device(images))
    gap = float(np.abs(framework.logits(model, images) - wanted).max() / np.abs(wanted).max())
    given = invented_weights(experiment.architecture)
    experiment.restore(given, None)
    model = experiment.framework_model()
    experiment.restore({name: np.zeros_like(array) for name, array in given.items()}, None)
    experiment.load_framework_weights(model)
    back = experiment.weights()
    homes = sorted({type(layer).__module__ for layer in framework.layers(model)})
    return {"gap": gap, "back": all(np.array_equal(back[name], array) for name, array in given.items()), "homes": homes}
