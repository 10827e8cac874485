"""A trace: what one backend did in a matched training, in numbers that can be compared with another's.

At every step the loss; at chosen steps all gradients, weights, optimizer slots
and running statistics (running means less the biases that mean nothing: `certify.cancelled`); at the end the logits of
the test images, which are those of the same running means, and the digits that the network really names.
"""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from mnist_compare.certify.cancelled import BiasAverages
from mnist_compare.data import NormalizedData
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.augmenting import AugmentedImages
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare.experiment.evaluation import predict_digits
from mnist_compare.experiment.steps import EpochPlan, Steps
from mnist_compare.recipe import SGD
from mnist_compare.recipe.schedules import Constant
from mnist_compare.records.spec import RunSpec

LOGITS_BATCH = 500


class TraceSpec(msgspec.Struct, frozen=True):
    """What to trace. `snapshots` are the steps (from 1) after which whole arrays are kept.

    `nudged` moves every initial weight by one rounding: the trace then shows how far rounding alone leads. `copy` names
    one of the backend's noisy copies (`Backend.load_noise`), which is traced in its stead.
    """

    run: RunSpec
    steps: int
    snapshots: tuple[int, ...]
    test_images: int
    nudged: bool = False
    copy: str = ""


class Recorder:
    """Trains an experiment step by step, and keeps what a certificate compares."""

    def __init__(self, experiment: Experiment, arrays: NormalizedData, spec: TraceSpec) -> None:
        self.experiment, self.arrays, self.spec = experiment, arrays, spec
        self.images = experiment.to_device(np.asarray(arrays.train_images))
        self.targets = experiment.to_device(experiment.targets(arrays.train_labels))
        experiment.mean, experiment.std = arrays.mean, arrays.std
        self.augmented = AugmentedImages(experiment, arrays.train_images, arrays.train_labels)
        self.validation_losses: list[float] = []
        # One step of SGD with learning rate 1, from the same weights, moves them by the gradient: so any
        # backend shows its gradients, without a member of its own for that.
        recipe = msgspec.structs.replace(experiment.recipe, optimizer=SGD(1.0), schedule=Constant(), ema_decay=None)
        self.probe = type(experiment)(
            experiment.architecture,
            recipe,
            seed=experiment.seed,
            device=experiment.device,
            tuning=experiment.tuning,
        )
        if spec.nudged:
            experiment.restore(_nudge(experiment.weights()), None)

    def record(self, path: Path) -> None:
        """Train, and write the trace to a safetensors file."""
        kept: dict[str, NDArray[Any]] = {}
        losses = []
        weights = self.experiment.weights()
        averages = BiasAverages(self.experiment.layers, weights)
        for number in range(1, self.spec.steps + 1):
            batch = self._batch(self._steps(number - 1))
            asked = number in self.spec.snapshots
            gradients = self._gradients(weights, *batch) if asked else {}
            averages.update(weights)
            losses.append(float(self.experiment.train(*batch)[0]))
            weights = self.experiment.weights()
            if asked:
                kept |= self._snapshot(number, gradients, averages.without(weights))
        kept["loss"] = np.array(losses)
        outputs = self._outputs()
        kept["digits"] = predict_digits(outputs, self.experiment.recipe.loss)
        if averages.biases:
            self.experiment.restore(averages.settled(self.experiment.evaluated_weights()), None)
            outputs = self._outputs()
        kept["logits"] = outputs
        save_file({name: np.ascontiguousarray(array) for name, array in kept.items()}, path)

    def _steps(self, step: int) -> Steps:
        experiment, images = self.experiment, len(self.arrays.train_labels)
        per_epoch = experiment.recipe.steps_per_epoch(images)
        epoch, within = divmod(step, per_epoch)
        if epoch > len(self.validation_losses) and experiment.recipe.schedule.watches_validation:
            validation = experiment.to_device(np.asarray(self.arrays.validation_images))
            found = experiment.evaluate_on_device(validation, self.arrays.validation_labels)
            self.validation_losses.append(found.loss)
        plan = EpochPlan(
            experiment.architecture,
            experiment.recipe,
            experiment.seed,
            epoch,
            images,
            validation_losses=self.validation_losses,
        )
        return plan.steps(within, within + 1)

    def _batch(self, steps: Steps) -> tuple[Any, Any, Steps]:
        """What the experiment takes for a step: images, targets, and the step itself."""
        if not self.experiment.recipe.augmentation:
            return self.images, self.targets, steps
        images, targets = map(
            self.experiment.to_device, self.augmented.step(steps.epoch, steps.start, steps.indices[0])
        )
        return images, targets, steps.in_a_row()

    def _gradients(self, weights: ArrayDict, images: Any, targets: Any, steps: Steps) -> ArrayDict:
        self.probe.restore(weights, None)
        alone = msgspec.structs.replace(steps, learning_rates=np.ones(1), first=0)
        self.probe.train(images, targets, alone)
        after = self.probe.weights()
        return {name: weights[name] - after[name] for name in self.experiment.architecture.parameters}

    def _snapshot(self, number: int, gradients: ArrayDict, weights: ArrayDict) -> dict[str, NDArray[Any]]:
        kinds = {"gradient": gradients, "slot": self.experiment.optimizer_state()}
        kinds["weight"] = {name: weights[name] for name in self.experiment.architecture.parameters}
        kinds["statistic"] = {name: weights[name] for name in self.experiment.architecture.statistics}
        return {f"{number}/{kind}/{name}": array for kind, arrays in kinds.items() for name, array in arrays.items()}

    def _outputs(self) -> NDArray[Any]:
        images = self.arrays.test_images[: self.spec.test_images]
        return self.experiment.evaluated_outputs(self.experiment.to_device(images), len(images))


class Trace:
    """A recorded trace, read array by array."""

    def __init__(self, path: Path) -> None:
        opened: Any = safe_open
        self._file = opened(path, framework="numpy")
        self.names: tuple[str, ...] = tuple(self._file.keys())

    def __getitem__(self, name: str) -> NDArray[Any]:
        array: NDArray[Any] = self._file.get_tensor(name)
        return array


def _nudge(weights: ArrayDict) -> ArrayDict:
    return {name: np.nextafter(array, np.asarray(np.inf, array.dtype)) for name, array in weights.items()}
