"""The questions that are asked of every backend, each a function that gives what is wrong, in words."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np

from mnist_compare.architecture import Shape
from mnist_compare.certify.finding import Finding
from mnist_compare.certify.smallcase import FAULT_CASES, SEED, SmallCase
from mnist_compare.errors import BackendError
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.interface import ExperimentInterface
from mnist_compare.experiment.loop import TrainingLoop
from mnist_compare.randomness import initial_weights
from mnist_compare.recipe.mode import check_mode

MAY_ADD = {
    "executions",
    "fastest_execution",
    "freezes",
    "framework_network",
    "gpu_count",
    "outputs",
    "own_transform",
    "refuses",
    "device_memory_peak",
    "swap_averages",
}
TOLERANCE = 1e-11
# The richest networks first: a backend is asked about the first two that it takes.
NETWORKS = ("maps", "number", "faint", "dense", "bright")
ASKED = 2


class Subject:
    """A backend's Experiment, and the network that it is asked about."""

    def __init__(self, experiment: type[Experiment], case: SmallCase) -> None:
        self.kind, self.case = experiment, case
        self.architecture, self.arrays = case.architecture, case.arrays()

    def make(self) -> Experiment:
        """A fresh experiment."""
        return self.kind(self.architecture, self.case.recipe, seed=SEED, device="cpu")

    def trained(self, epochs: int) -> Experiment:
        """One that was trained some epochs of those of its recipe."""
        experiment = self.make()
        self.go_on(experiment, epochs)
        return experiment

    def go_on(self, experiment: Experiment, epochs: int) -> None:
        """Train the next epochs, and evaluate nothing meanwhile."""
        loop = TrainingLoop(experiment, self.arrays)
        for _ in range(epochs):
            loop.epoch_alone()

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Those of the weights."""
        return self.architecture.parameters | self.architecture.statistics


def fresh_weights(subject: Subject) -> Iterator[str]:
    wanted = initial_weights(subject.architecture, SEED)
    yield from _differences(
        subject.make().weights(), {name: array.astype(np.float64) for name, array in wanted.items()}
    )


def round_trip(subject: Subject) -> Iterator[str]:
    generator = np.random.default_rng(7)
    experiment = subject.trained(1)  # so that there are steps behind it
    weights = {name: generator.uniform(0.1, 1.0, shape) for name, shape in subject.shapes.items()}
    state = {
        f"{name}.{slot}": generator.uniform(0.1, 1.0, shape)
        for name, shape in subject.architecture.parameters.items()
        for slot in subject.case.recipe.slots
    }
    experiment.restore(weights, state)
    yield from _differences(experiment.weights(), weights)
    yield from _differences(experiment.optimizer_state(), state)


def copies(subject: Subject) -> Iterator[str]:
    experiment = subject.trained(1)
    before = experiment.weights() | experiment.optimizer_state()
    kept = {name: np.array(array) for name, array in before.items()}
    for array in before.values():
        try:
            array[...] = -1
        except ValueError:
            yield "they cannot be written to: give np.array(...) of them"
            return
    yield from _differences(experiment.weights() | experiment.optimizer_state(), kept)


def steps(subject: Subject) -> Iterator[str]:
    together, single = subject.trained(1), subject.make()
    images = single.to_device(np.asarray(subject.arrays.train_images))
    targets = single.to_device(single.targets(subject.arrays.train_labels))
    plan = single.plan(len(subject.arrays.train_labels))
    for number in range(plan.count):
        losses = np.asarray(single.train(images, targets, plan.steps(number, number + 1)))
        if losses.shape != (1,) or not np.isfinite(losses).all():
            yield f"train gives {losses.tolist()} for one step, where a list of one finite loss is right"
            return
    yield from _differences(together.weights(), single.weights(), TOLERANCE)


def evaluation(subject: Subject) -> Iterator[str]:
    experiment, images = subject.trained(1), subject.arrays.test_images[:40]
    found = experiment.logits(experiment.to_device(images))
    width = 10 if subject.architecture.output == "logits" else 1
    if found.shape != (40, width) or found.dtype != np.float64:
        yield f"they are {found.dtype} {list(found.shape)}, where float64 {[40, width]} is right"
        return
    if not np.array_equal(found, experiment.logits(experiment.to_device(images))):
        yield "they are others the second time"
    parts = [experiment.logits(experiment.to_device(images[i : i + 7])) for i in range(0, 40, 7)]
    gap = np.abs(found - np.concatenate(parts)).max()
    if not gap <= TOLERANCE * max(1.0, np.abs(found).max()):
        yield f"an image's are others among other images, by {gap:.1e}: is it in evaluation mode?"


def batches(subject: Subject) -> Iterator[str]:
    experiment = subject.trained(1)
    batch = experiment.evaluation_batch
    some = np.asarray(subject.arrays.test_images)
    images = experiment.to_device(np.resize(some, (batch + 7, *some.shape[1:])))
    wanted = np.concatenate([experiment.logits(images[:batch]), experiment.logits(images[batch:])])
    found = experiment.outputs(images, batch + 7)
    yield from _differences({"the array": found}, {"the array": wanted}, TOLERANCE)


def looking(subject: Subject) -> Iterator[str]:
    watched, alone = subject.trained(1), subject.trained(1)
    watched.logits(watched.to_device(np.asarray(subject.arrays.test_images)))
    subject.go_on(watched, 1)
    subject.go_on(alone, 1)
    yield from _differences(watched.weights(), alone.weights(), TOLERANCE)


def continuation(subject: Subject) -> Iterator[str]:
    whole, stopped = subject.trained(3), subject.trained(1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.safetensors"
        stopped.save(path)
        loaded = subject.kind.load(path, device="cpu")
    yield from _differences(loaded.weights(), stopped.weights())
    yield from _differences(loaded.optimizer_state(), stopped.optimizer_state())
    subject.go_on(loaded, 2)
    yield from _differences(loaded.weights(), whole.weights(), TOLERANCE)
    yield from _differences(loaded.optimizer_state(), whole.optimizer_state(), TOLERANCE)


def plain_model(subject: Subject) -> Iterator[str]:
    if subject.kind.framework_network is None:
        return
    experiment, other = subject.trained(1), subject.make()
    other.load_framework_weights(experiment.framework_model())
    yield from _differences(other.weights(), experiment.weights())


def limits(subject: Subject) -> Iterator[str]:
    bfloat16 = msgspec.structs.replace(subject.case.recipe, precision="bfloat16")
    attempts = (("gpu:999", "matched", subject.case.recipe), ("cpu", "native", subject.case.recipe))
    for device, mode, recipe in (*attempts, ("cpu", "matched", bfloat16)):
        try:
            subject.kind(subject.architecture, recipe, seed=SEED, device=device, mode=check_mode(mode))
        except BackendError:
            continue
        if device != "cpu":
            yield f"it can be made on {device}"


Check = Callable[[Subject], Iterator[str]]
CHECKS: dict[str, Check] = {
    "a new experiment has the weights of its seed": fresh_weights,
    "weights and optimizer come out as they went in": round_trip,
    "weights() and optimizer_state() give copies": copies,
    "steps taken together are the steps taken one by one": steps,
    "logits are the network's outputs, the same each time and in whatever company": evaluation,
    "the outputs of many images are the logits of their batches": batches,
    "evaluating does not change the training": looking,
    "training that goes on from a file ends where uninterrupted training ends": continuation,
    "the framework's own model of the network comes back with the same weights": plain_model,
    "it refuses what it cannot do with a BackendError": limits,
}


def run_suite(experiment: type[Experiment]) -> list[Finding]:
    """Ask everything of a backend's Experiment, about two small networks that it takes."""
    findings = [Finding("failed", "the interface", "", text) for text in _interface(experiment)]
    asked = 0
    for name in NETWORKS:
        subject = Subject(experiment, FAULT_CASES[name])
        try:
            subject.make()
        except BackendError:
            continue  # told once, where the case is traced
        except Exception as error:  # of somebody else's code, and what we are here to tell
            findings.append(Finding("failed", "it can be made", name, _describe(error)))
            continue
        findings += [finding for question in CHECKS for finding in _ask(question, subject)]
        asked += 1
        if asked == ASKED:
            break
    return findings


def _ask(question: str, subject: Subject) -> Iterator[Finding]:
    try:
        for text in CHECKS[question](subject):
            yield Finding("failed", question, subject.case.name, text)
    except Exception as error:
        yield Finding("failed", question, subject.case.name, _describe(error))


def _interface(experiment: type[Experiment]) -> Iterator[str]:
    missing = sorted(experiment.__abstractmethods__)
    if missing:
        yield f"{experiment.__name__} lacks {', '.join(missing)}"
    allowed = Experiment.__abstractmethods__ | MAY_ADD
    own = {name for kind in Experiment.__mro__ if issubclass(kind, ExperimentInterface) for name in vars(kind)}
    shared = {name for name in own if not name.startswith("_")} - allowed - {"backend"}
    replaced = sorted(name for kind in experiment.__mro__ if _is_theirs(kind) for name in vars(kind) if name in shared)
    if replaced:
        yield f"{experiment.__name__} replaces {', '.join(replaced)}, which all backends share so that all are alike"


def _is_theirs(kind: type) -> bool:
    return kind is not Experiment and issubclass(kind, Experiment)


def _describe(error: Exception) -> str:
    return f"it raises {type(error).__name__}: {error}"


def _differences(found: ArrayDict, wanted: ArrayDict, tolerance: float = 0.0) -> Iterator[str]:
    """The first array that is missing, too much, of another shape or type, or further off than `tolerance`."""
    for name in sorted(found.keys() | wanted.keys()):
        if name not in found or name not in wanted:
            yield f"{name} is {'missing' if name in wanted else 'no array of this network'}"
            return
        one, other = found[name], wanted[name]
        if one.shape != other.shape or one.dtype != other.dtype:
            yield f"{name} is {one.dtype} {list(one.shape)}, where {other.dtype} {list(other.shape)} is right"
            return
        gap = float(np.abs(one - other).max(initial=0))
        if not gap <= tolerance:
            yield f"{name} is off by {gap:.1e}"
            return
