"""Computes with one backend, in a process of its own, all that the suite compares.

    python worker.py BACKEND FOLDER [REFERENCE]

REFERENCE is the folder that the numpy backend has written. Importing two frameworks in one process can crash
it, and importing one takes seconds; so one process per backend does everything, and leaves arrays.npz,
facts.json and checkpoints.
"""

import json
import sys
from pathlib import Path

import msgspec
import numpy as np
from augmentation_work import own_augmentation, without_torchvision
from backend_cases import (
    COLOURED,
    HANDED_OVER,
    LOGITS,
    LOGITS_IMAGES,
    OF_UPDATES,
    OWN_DEFAULTS,
    RESUMED,
    SAME_KINDS,
    STEPS,
    TUNED,
    VARIANTS,
    arrays,
    coloured_arrays,
    documented,
    few_arrays,
    invented_weights,
    optimizer_recipe,
    training_cases,
)
from further_optimizers import hand_over, train_natively
from layer_work import layer_work, without_graphs
from native import count_parameters, native_dataset, own_numbers, own_updates

from mnist_compare.architecture.documented import ARCHITECTURES
from mnist_compare.backend import find_backend
from mnist_compare.defaults import concerned
from mnist_compare.errors import MnistCompareError
from mnist_compare.experiment.steps import EpochPlan
from mnist_compare.lowering import TUNINGS
from mnist_compare.recipe import find_recipe

BACKEND, FOLDER = sys.argv[1], Path(sys.argv[2])
REFERENCE = Path(sys.argv[3]) if len(sys.argv) > 3 else FOLDER
Experiment = find_backend(BACKEND).load()


def take_steps(experiment, data, count, first=0):
    """Steps `first` to `first + count`, over as many epochs as they take: their losses [count]."""
    images, labels = experiment.to_device(data.train_images), data.train_labels
    regression = experiment.recipe.loss == "mean_squared_error"
    targets = experiment.to_device(labels.astype(experiment.dtype)[:, None] if regression else labels)
    losses = []
    while len(losses) < count:
        per_epoch = experiment.recipe.steps_per_epoch(len(labels))
        epoch, start = divmod(first + len(losses), per_epoch)
        plan = EpochPlan(experiment.architecture, experiment.recipe, experiment.seed, epoch, len(labels))
        for steps in plan.pieces(start, count - len(losses)):
            losses.extend(experiment.train(images, targets, steps).tolist())
    return np.array(losses)


def documented_networks():
    """Logits from the initial weights, and the framework's own count of the parameters."""
    for precision, name in LOGITS:
        images = arrays(precision).test_images[: LOGITS_IMAGES[precision]]
        experiment = Experiment(*documented(name, precision), seed=1, device="cpu")
        ARRAYS[f"logits/{precision}/{name}"] = experiment.logits(experiment.to_device(images))
        if precision == "float32":
            FACTS[f"parameters/{name}"] = count_parameters(experiment)


def execution(case):
    """Steps one by one where only the optimizer is another: graphs take longer, and the self-test has those of all."""
    return "eager" if case.startswith("strided_") else "auto"


def training():
    """STEPS steps of every case and of COLOURED in float64, and of the documented networks in float32."""
    for name, (architecture, recipe) in training_cases().items():
        experiment = Experiment(architecture, recipe, seed=2, device="cpu", execution=execution(name))
        data = arrays("float64")
        ARRAYS[f"losses/float64/{name}"] = take_steps(experiment, data, STEPS)
        ARRAYS[f"logits/trained/{name}"] = experiment.logits(experiment.to_device(data.test_images[:100]))
        keep(f"weights/{name}", experiment.weights())
        keep(f"slots/{name}", experiment.optimizer_state())
    data = coloured_arrays()
    experiment = Experiment(COLOURED, optimizer_recipe("momentum"), seed=2, device="cpu")
    ARRAYS["losses/float64/coloured"] = take_steps(experiment, data, STEPS)
    ARRAYS["logits/trained/coloured"] = experiment.logits(experiment.to_device(data.test_images))
    keep("weights/coloured", experiment.weights())
    for name in ("mlp", "cnn", "lenet", "convnet"):
        experiment = Experiment(*documented(name, "float32"), seed=2, device="cpu")
        ARRAYS[f"losses/float32/{name}"] = take_steps(experiment, arrays("float32"), STEPS)


def tunings():
    """The same training without passes and with each alone, what native mode draws, and a checkpoint."""
    if not Experiment.backend.passes:
        return
    data, cases = arrays("float64"), training_cases()
    chosen = [(name, "plain") for name in TUNED] + [("cnn", name) for name in Experiment.backend.passes]
    for name, tuning in chosen:
        experiment = Experiment(*cases[name], seed=2, device="cpu", tuning=tuning)
        ARRAYS[f"losses/{tuning}/{name}"] = take_steps(experiment, data, STEPS)
        keep(f"weights/{tuning}/{name}", experiment.weights())
    for tuning in TUNINGS:
        keep(f"native/{tuning}", Experiment("cnn", seed=2, device="cpu", mode="native", tuning=tuning).weights())
    experiment = Experiment("cnn", seed=2, device="cpu")
    experiment.fit(few_arrays("float32"), epochs=1)
    experiment.save(FOLDER / "tuned.safetensors")
    plain = Experiment.load(FOLDER / "tuned.safetensors", device="cpu", tuning="plain")
    keep("handed/tuned", experiment.weights() | experiment.optimizer_state())
    keep("handed/plain", plain.weights() | plain.optimizer_state())
    FACTS["passes"] = [list(experiment.passes), list(plain.passes)]


def weights_in_and_out():
    """Weights put in and taken out again, those of a fresh network, and whether weights() gives copies."""
    for name, architecture in (ARCHITECTURES | VARIANTS).items():
        if name in SAME_KINDS:
            continue
        recipe = msgspec.structs.replace(find_recipe(name), precision="float64") if name in ARCHITECTURES else None
        experiment = Experiment(architecture, recipe or optimizer_recipe("adam"), seed=3, device="cpu")
        keep(f"fresh/{name}", experiment.weights())
        experiment.restore(invented_weights(architecture), None)
        keep(f"restored/{name}", experiment.weights())
        for array in experiment.weights().values():
            array[...] = -1
        keep(f"after_writing/{name}", experiment.weights())


def layers():
    """The small network around each kind of layer."""
    found, facts = layer_work(Experiment, take_steps)
    ARRAYS.update(found)
    FACTS.update(facts)


def evaluation():
    """Logits of a trained network twice, in other company, and whether looking at them changes the training."""
    data = arrays("float64")
    pixels = data.test_images[:100]
    experiment = Experiment(VARIANTS["strided"], optimizer_recipe("momentum"), seed=4, device="cpu")
    losses = [take_steps(experiment, data, 5)]
    ARRAYS["evaluation/whole"] = experiment.logits(experiment.to_device(pixels))
    ARRAYS["evaluation/again"] = experiment.logits(experiment.to_device(pixels))
    pieces = [experiment.logits(experiment.to_device(pixels[i : i + 7])) for i in range(0, 100, 7)]
    ARRAYS["evaluation/pieces"] = np.concatenate(pieces)
    losses.append(take_steps(experiment, data, 5, first=5))
    ARRAYS["evaluation/losses"] = np.concatenate(losses)
    undisturbed = Experiment(VARIANTS["strided"], optimizer_recipe("momentum"), seed=4, device="cpu")
    ARRAYS["evaluation/undisturbed"] = take_steps(undisturbed, data, 10)


def handover():
    """Training with a checkpoint after each of two epochs, and the second epoch anew from the reference's first."""
    way = {"device": "cpu", "execution": "eager"}
    for name in HANDED_OVER:
        folder = FOLDER / name
        Experiment(VARIANTS["strided"], optimizer_recipe(name), seed=5, **way).fit(few_arrays(), checkpoints=folder)
        experiment = Experiment.load(REFERENCE / name / "epoch-001.safetensors", **way)
        keep(f"loaded/weights/{name}", experiment.weights())
        keep(f"loaded/slots/{name}", experiment.optimizer_state())
        result = experiment.fit(few_arrays())
        keep(f"continued/weights/{name}", experiment.weights())
        keep(f"continued/slots/{name}", experiment.optimizer_state())
        FACTS[f"continued/{name}"] = [[epoch.epoch, epoch.test_loss] for epoch in result]


def interruption(name, execution="eager"):
    """Training that is stopped in the middle of its first epoch and goes on from the file, and one that is not."""
    recipe = msgspec.structs.replace(optimizer_recipe(name), precision="float32")
    way = {"device": "cpu", "execution": execution}
    whole = Experiment(VARIANTS["strided"], recipe, seed=6, **way)
    whole.fit(few_arrays("float32"))
    stopped = Experiment(VARIANTS["strided"], recipe, seed=6, **way)
    answers = iter((False, True))
    stopped.fit(few_arrays("float32"), checkpoints=FOLDER, stop=lambda: next(answers))
    path, _ = stopped.training.weights_file
    resumed = Experiment.load(path, **way)
    resumed.fit(few_arrays("float32"))
    FACTS[f"interrupted/{name}"] = [
        path.stem,
        *(experiment.save(FOLDER / f"{name}-{i}.safetensors") for i, experiment in enumerate((whole, resumed))),
    ]


def step_by_step():
    """What shows itself without graphs, each of which takes Keras a second."""
    with without_graphs(BACKEND):
        handover()
        interruption("momentum")
        interruption("adamw")


def interruption_of_graphs():
    """A graph must not depend on where the training begins."""
    interruption("adam", "auto")


def further_optimizers():
    """Ten steps by each of the others, handed over and resumed; the same by the framework's own."""
    ARRAYS.update(hand_over(Experiment, FOLDER, REFERENCE))
    FACTS["natively"] = train_natively(Experiment, FOLDER)


def resumption():
    """Training that is loaded from the checkpoint after 25 of its 50 steps, and what wrote it and went on."""
    for precision, name in RESUMED:
        recipe = msgspec.structs.replace(optimizer_recipe(name), precision=precision, batch_size=8)
        folder = FOLDER / "resumed" / precision / name
        Experiment("cnn", recipe, seed=8, device="cpu").fit(few_arrays(precision), checkpoints=folder)
        resumed = Experiment.load(folder / "epoch-001.safetensors", device="cpu")
        resumed.fit(few_arrays(precision))
        resumed.save(folder / "resumed.safetensors")


def own_defaults():
    """Two steps in matched and native mode, with all defaults of the framework named, and with each alone."""
    declared, told = Experiment.backend.defaults, set()
    for case, (architecture, recipe) in OWN_DEFAULTS.items() if declared else ():
        names = concerned(declared, architecture, recipe)
        modes = {"matched": "matched", "native": "native", "named": f"native:{'+'.join(reversed(names))}"}
        modes |= {name: f"native:{name}" for name in names if name not in told}
        told |= set(names) - set(OF_UPDATES)
        for key, mode in modes.items():
            two_steps(f"{case}/{key}", architecture, recipe, mode)
        FACTS[f"defaults/{case}"] = list(modes)
    FACTS["own numbers"] = own_numbers(BACKEND)
    ARRAYS.update(own_updates(BACKEND))


def two_steps(key, architecture, recipe, mode):
    """What they begin with, what the plan hands out, and what they end with."""
    data = few_arrays("float32")
    experiment = Experiment(architecture, recipe, seed=9, device="cpu", mode=mode, execution="eager")
    keep(f"own/{key}/begin", experiment.weights())
    steps = next(experiment.plan(len(data.train_labels)).pieces(0, 2))
    images, targets = (experiment.to_device(array) for array in (data.train_images, data.train_labels))
    ARRAYS[f"own/{key}/order"], FACTS[f"own/{key}/masks"] = steps.indices, len(steps.masks)
    ARRAYS[f"own/{key}/losses"] = experiment.train(images, targets, steps)
    keep(f"own/{key}/end", experiment.weights() | experiment.optimizer_state())


def augmentation():
    """Images by the framework's own transforms, and what is said where those of torch are missing."""
    found, facts = own_augmentation(Experiment, FOLDER / "augmented")
    keep("augmentation", found)
    FACTS["augmentation"] = facts
    if BACKEND == "torch":
        FACTS["without torchvision"] = attempt(without_torchvision)


def limits():
    """What is said to a precision and to devices that are not there."""
    for precision in ("bfloat16", "float32"):
        architecture, recipe = documented("cnn", precision)
        FACTS[f"losses/{precision}"] = attempt(
            lambda a=architecture, r=recipe: take_steps(Experiment(a, r, device="cpu"), arrays("float32"), 60).tolist()
        )
    for device in ("gpu:999", "gpu:x", "tpu", "cuda:0"):
        FACTS[f"device/{device}"] = attempt(lambda device=device: Experiment("linear", device=device).device)
    FACTS["gpus"] = Experiment.gpu_count()
    recipe = optimizer_recipe("momentum")
    FACTS["lone"] = attempt(
        lambda: Experiment(VARIANTS["strided"], recipe, device="cpu").fit(arrays("float64", 65, 20))[-1].train_loss
    )


def attempt(action):
    """What the action gives, or the kind and message of its error; `meant` where the library raised it on purpose."""
    try:
        return action()
    except Exception as error:
        meant = isinstance(error, MnistCompareError)
        return {"error": type(error).__name__, "message": str(error), "meant": meant}


def a_real_epoch():
    """One epoch of cnn over 2,000 images with the shared fit, and MNIST by the framework's own reader."""
    experiment = Experiment("cnn", device="cpu")
    result = experiment.fit(arrays("float32", 2000, 500), epochs=1)
    FACTS["fit"] = msgspec.to_builtins(result)
    FACTS["fit_seconds"] = experiment.training.seconds
    dataset = native_dataset(BACKEND, FOLDER / "native")
    FACTS["fingerprint"] = dataset and dataset.fingerprint


def keep(prefix, found):
    """Put arrays under a prefix."""
    ARRAYS.update({f"{prefix}/{name}": array for name, array in found.items()})


if __name__ == "__main__":
    ARRAYS, FACTS = {}, {}
    parts = (
        documented_networks,
        training,
        tunings,
        weights_in_and_out,
        layers,
        evaluation,
        step_by_step,
        interruption_of_graphs,
        further_optimizers,
        resumption,
        own_defaults,
        augmentation,
        limits,
        a_real_epoch,
    )
    for part in parts:
        part()
    np.savez(FOLDER / "arrays.npz", **ARRAYS)
    (FOLDER / "facts.json").write_text(json.dumps(FACTS))
