"""KerasExperiment: Keras 3 layers on TensorFlow, trained by loops that TensorFlow compiles to graphs."""

from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import Auxiliary
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare_keras.backend import BACKEND
from mnist_compare_keras.defaults import OF_OPTIMIZERS

BACKEND.prepare()

import keras  # noqa: E402 (the environment must stand before)
import tensorflow as tf  # noqa: E402

from mnist_compare.data import release_pages  # noqa: E402
from mnist_compare.data.augment import Transform  # noqa: E402
from mnist_compare.defaults import takes_own_optimizer  # noqa: E402
from mnist_compare.errors import BackendError  # noqa: E402
from mnist_compare.experiment import Experiment  # noqa: E402
from mnist_compare.experiment.interface import EVALUATION_BATCH  # noqa: E402
from mnist_compare.experiment.layout import Layout  # noqa: E402
from mnist_compare.experiment.steps import Steps  # noqa: E402
from mnist_compare.lowering.batch_parts import cut  # noqa: E402
from mnist_compare.lowering.layout import ChannelsLast  # noqa: E402
from mnist_compare.randomness import Array  # noqa: E402
from mnist_compare.recipe.augmentations import Augmentation  # noqa: E402
from mnist_compare.recipe.recipe import AVERAGE  # noqa: E402
from mnist_compare_keras.augmentation import own_transform  # noqa: E402
from mnist_compare_keras.framework_model import KerasNetwork  # noqa: E402
from mnist_compare_keras.layers import kept_arrays  # noqa: E402
from mnist_compare_keras.model import make_model, network_alone  # noqa: E402
from mnist_compare_keras.native import make_own_layers  # noqa: E402
from mnist_compare_keras.optimizers.native import (  # noqa: E402
    make_native_optimizer,
    make_own_optimizer,
)
from mnist_compare_keras.parallel import join  # noqa: E402
from mnist_compare_keras.variables import variable_at  # noqa: E402

PIECE = 12_000  # images


class KerasExperiment(Experiment):
    """The Keras backend."""

    backend = BACKEND
    executions = ("compiled", "eager")
    framework_network = KerasNetwork
    freezes = True

    def build(self) -> None:
        if keras.backend.backend() != "tensorflow":
            raise BackendError(
                f"Keras is set to {keras.backend.backend()!r}; this backend measures Keras on TensorFlow. "
                "Set KERAS_BACKEND=tensorflow before Keras is imported."
            )
        with suppress(RuntimeError):  # a process that has computed something keeps the threads that it has
            tf.config.threading.set_inter_op_parallelism_threads(self.lowered.threads.at_once)
            tf.config.threading.set_intra_op_parallelism_threads(self.lowered.threads.within)
        self._device_name = self.device.upper()
        if self.device != "cpu":
            _grow_memory(self.device)
        self._processes = join(self.shard) if self.shard.count > 1 else None
        policy = "mixed_bfloat16" if self.recipe.precision == "bfloat16" else np.dtype(self.dtype).name
        keras.config.set_floatx(np.dtype(self.dtype).name)
        with self._on_device():
            keras.utils.set_random_seed(self.seed % 2**32)
            self._order = ChannelsLast(self.layers)
            self._model = make_model(
                self.lowered, self._order, policy, partial(make_own_layers, defaults=self.defaults)
            )
            self._layout = Layout(self.layers, kept_arrays)
            self._network = network_alone(self._model)
            self._head_weights = [one.layer.weight for one in self.layers if isinstance(one.layer, Auxiliary)]
            self._variables = self._canonical_variables()
            self._freeze()
            self._native = takes_own_optimizer(
                self.architecture, self.recipe, BACKEND.defaults, self.defaults, {*OF_OPTIMIZERS}
            )
            own = make_own_optimizer(self.optimizer, self.defaults)
            self._optimizer = make_native_optimizer(self.optimizer) if self._native else own
            self._optimizer.build(self._model.trainable_variables)
            averaged = [] if self.recipe.ema_decay is None else self._model.trainable_variables
            self._averages = [tf.Variable(variable.value, trainable=False) for variable in averaged]
        self._forward = tf.function(self._predict, autograph=False)
        self._batches = tf.function(self._predict_batches, autograph=False)
        self._loops: dict[int, Any] = {}

    def _freeze(self) -> None:
        """Leave the frozen layers as they are: their variables, and the moving statistics of batch norms.

        A batch norm that is not trainable takes its moving statistics; one whose variables alone are not, the batch's.
        """
        for name in self.architecture.parameters:
            self._variables[name].trainable = self._variables[name].trainable and name in self.trained
        for name in self.architecture.statistics if self.recipe.frozen_norms == "running" else ():
            if name.rpartition(".")[0] in self.frozen:
                self._model.get_layer(self._layout.place(name)[0]).trainable = False

    def to_device(self, array: NDArray[Any]) -> Any:
        channels_last = array.transpose(0, 2, 3, 1) if array.ndim == 4 else array
        pieces = []
        with self._on_device():
            # TensorFlow copies what it is given twice: piece by piece, so that all of it lies in memory only once more.
            for start in range(0, max(1, len(array)), PIECE):
                pieces.append(tf.constant(np.ascontiguousarray(channels_last[start : start + PIECE])))
                release_pages(array)
            return tf.concat(pieces, axis=0)

    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        with self._on_device():
            masks = {name: tf.constant(self._mask(name, mask)) for name, mask in steps.masks.items()}
            indices, rates = tf.constant(steps.indices), tf.constant(steps.learning_rates)
            shares = [] if steps.shares is None else [tf.constant(steps.shares)]
            given = (images, targets, indices, rates, masks, shares, tf.constant(steps.first, tf.int64))
            losses = self._loop(steps.indices.shape[1], given)(*given).numpy()
        if self._processes:
            losses, seconds = losses.T
            self.communication += float(seconds.sum())
        return losses

    def _loop(self, batch: int, given: tuple[Any, ...]) -> Any:
        if self.execution == "eager":
            return self._train_steps
        if batch not in self._loops:
            self._loops[batch] = self._compile(*given)
        return self._loops[batch]

    def _compile(self, *given: Any) -> Any:
        """A graph for this batch size and any number of steps.

        The graph must not depend on what was trained before it: kernels for known and for unknown sizes round
        differently, and a training that goes on from a checkpoint has to end with the same bits.
        """
        specs = tf.nest.map_structure(
            lambda tensor: tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype),
            given[:-1],
        )
        return tf.function(self._train_steps, autograph=False).get_concrete_function(*specs, given[-1])

    def _train_steps(
        self, images: Any, targets: Any, indices: Any, rates: Any, masks: Any, shares: Any, first: Any
    ) -> Any:
        """Their losses [steps], or [steps, 2] with the seconds that each waited for other processes."""
        count = tf.shape(indices)[0]

        def train(i: Any, losses: Any) -> tuple[Any, Any]:
            factors = {name: mask[i] for name, mask in masks.items()}
            number = first + tf.cast(i, tf.int64) + 1
            share = [each[i] for each in shares]
            return i + 1, losses.write(i, self._step(images, targets, indices[i], rates[i], factors, share, number))

        # Not a loop that AutoGraph makes one of the graph: it writes every function that it changes into a file.
        losses = tf.TensorArray(tf.float64, size=count)
        return tf.while_loop(lambda i, _: i < count, train, (0, losses), maximum_iterations=count)[1].stack()

    def _step(
        self, images: Any, targets: Any, batch: Any, rate: Any, factors: dict[str, Any], share: list[Any], number: Any
    ) -> Any:
        trained = self._model.trainable_variables
        with tf.GradientTape() as tape:
            parts = [self._outputs(images, batch, factors, part) for part in cut(batch.shape[0], self.lowered.parts)]
            outputs, *heads = (tf.concat(ends, axis=0) for ends in zip(*parts, strict=True))
            wanted = tf.gather(targets, batch)
            loss = self._loss(outputs, wanted)
            for weight, ends in zip(self._head_weights, heads, strict=True):
                loss += weight * self._loss(ends, wanted)
            for each in share:
                loss *= tf.cast(each, loss.dtype)
        told, gradients = tf.cast(loss, tf.float64), tape.gradient(loss, [variable.value for variable in trained])
        if self._processes:
            (*gradients, loss), seconds = self._processes.sums([*gradients, loss])
            told = tf.stack([tf.cast(loss, tf.float64), seconds])
        gradients = self._clipped(gradients)
        if self._native:
            self._optimizer.learning_rate.assign(tf.cast(rate, self._optimizer.learning_rate.dtype))
        else:
            self._optimizer.rate, self._optimizer.number = rate, number
        self._optimizer.apply(gradients, trained)
        self._average(trained)
        return told

    def _average(self, trained: list[Any]) -> None:
        """Bring the averages of the variables up to date, where there are some."""
        decay = self.recipe.ema_decay
        if decay is not None:
            for average, variable in zip(self._averages, trained, strict=True):
                average.assign(decay * average + (1 - decay) * variable.value)

    def _outputs(self, images: Any, batch: Any, factors: dict[str, Any], part: slice) -> list[Any]:
        """Those of the network, then those of its auxiliary heads."""
        for name, values in factors.items():
            self._model.get_layer(name).factors = values[part]
        outputs = self._model(tf.gather(images, batch[part]), training=True)
        return outputs if self._head_weights else [outputs]

    def _loss(self, outputs: Any, targets: Any) -> Any:
        outputs = tf.cast(outputs, self.dtype)
        if self.recipe.loss == "mean_squared_error":
            return tf.reduce_mean(tf.square(outputs - targets))
        if self.recipe.mixes:
            return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=targets, logits=outputs))
        if self.recipe.label_smoothing or self.recipe.class_weights:
            return self._weighted_loss(outputs, targets)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=outputs))

    def _weighted_loss(self, outputs: Any, targets: Any) -> Any:
        """Cross-entropy against smoothed labels, its mean weighted by the class of each image."""
        smoothing, classes = self.recipe.label_smoothing, outputs.shape[1]
        weights = tf.constant(self.recipe.class_weights or [1.0] * classes, self.dtype)
        wanted = (tf.one_hot(targets, classes, dtype=self.dtype) * (1 - smoothing) + smoothing / classes) * weights
        # Not tf.nn.softmax_cross_entropy_with_logits, whose gradient takes the sum of the labels to be 1.
        return -tf.reduce_sum(wanted * tf.nn.log_softmax(outputs)) / tf.reduce_sum(tf.gather(weights, targets))

    def _clipped(self, gradients: list[Any]) -> list[Any]:
        """The gradients within the limits of the recipe."""
        value, norm = self.recipe.clip_value, self.recipe.clip_norm
        if value is not None:
            gradients = [tf.clip_by_value(gradient, -value, value) for gradient in gradients]
        return gradients if norm is None else tf.clip_by_global_norm(gradients, norm)[0]

    def _predict(self, images: Any) -> Any:
        """The outputs for a batch, in the parts in which training takes it: an operation has few threads of its own."""
        parts = [self._network(images[part], training=False) for part in cut(images.shape[0], self.lowered.parts)]
        return tf.concat(parts, axis=0)

    def logits(self, images: Any) -> Array:
        with self._on_device():
            return tf.cast(self._forward(images), self.dtype).numpy()

    def outputs(self, images: Any, count: int) -> Array:
        """The outputs in batches, which one graph takes side by side.

        Batch by batch from Python, a core waits for the other at the end of each. The batches are those of the parts
        that `logits` takes, so that the bits are the same.
        """
        size, parts = EVALUATION_BATCH["cpu"], self.lowered.parts
        whole = count - count % (size * parts)
        if parts == 1 or not whole:
            return super().outputs(images, count)
        with self._on_device():
            found = self._batches(images, tf.constant(whole // size)).numpy()
        return found if whole == count else np.concatenate([found, super().outputs(images[whole:], count - whole)])

    def _predict_batches(self, images: Any, count: Any) -> Any:
        size, shape = EVALUATION_BATCH["cpu"], images.shape[1:]

        def predict(number: Any) -> Any:
            batch = tf.slice(images, [number * size, *(0 for _ in shape)], [size, *shape])
            return tf.cast(self._network(batch, training=False), self.dtype)

        made = tf.TensorSpec([size, self._network.output_shape[-1]], self.dtype)
        side_by_side = self.lowered.threads.at_once
        found = tf.map_fn(predict, tf.range(count), parallel_iterations=side_by_side, fn_output_signature=made)
        return tf.reshape(found, [-1, made.shape[-1]])

    def weights(self) -> ArrayDict:
        return {name: self._read(name, variable) for name, variable in self._variables.items()}

    def optimizer_state(self) -> ArrayDict:
        return {
            f"{name}.{kind}": self._read(name, slot)
            for kind, slots in self._slots().items()
            for name, slot in slots.items()
        }

    def restore(self, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        by_name = {self._layout.name(name): variable for name, variable in self._variables.items()}
        for name, array in self._to_keras(weights).items():
            by_name[name].assign(array)
        state = optimizer_state or {}
        self._optimizer.go_on(self.step)
        for kind, slots in self._slots().items():
            arrays = {name: state.get(f"{name}.{kind}", self._first(kind, weights[name])) for name in slots}
            by_name = {self._layout.name(name): slot for name, slot in slots.items()}
            for name, array in self._to_keras(arrays).items():
                by_name[name].assign(array)

    def swap_averages(self) -> None:
        with self._on_device():
            for average, variable in zip(self._averages, self._model.trainable_variables, strict=True):
                kept = tf.identity(variable.value)
                variable.assign(tf.identity(average))
                average.assign(kept)

    def own_transform(self, augmentation: Augmentation) -> Transform:
        return own_transform(augmentation)

    @classmethod
    def gpu_count(cls) -> int:
        return len(tf.config.list_physical_devices("GPU"))

    @classmethod
    def refuses(cls, precision: str, device: str) -> str | None:
        return None

    def device_memory_peak(self) -> int | None:
        return tf.config.experimental.get_memory_info(self._device_name)["peak"] if self.device != "cpu" else None

    def _on_device(self) -> Any:
        return tf.device(self._device_name)

    def _canonical_variables(self) -> dict[str, Any]:
        names = self.architecture.parameters | self.architecture.statistics
        return {name: self._variable(name) for name in names}

    def _variable(self, name: str) -> Any:
        layer, path = self._layout.place(name)
        return variable_at(self._model.get_layer(layer), path)

    def _slots(self) -> dict[str, dict[str, Any]]:
        """By kind of slot and by parameter."""
        numbers = {id(variable): number for number, variable in enumerate(self._model.trainable_variables)}
        kept = self._optimizer.arrays | ({AVERAGE: self._averages} if self._averages else {})
        return {
            kind: {name: arrays[numbers[id(self._variables[name])]] for name in self.trained}
            for kind, arrays in kept.items()
        }

    def _first(self, slot: str, weight: NDArray[Any]) -> NDArray[Any]:
        """What a slot of a weight is before the first step."""
        return weight if slot == AVERAGE else np.full_like(weight, self._optimizer.first_value(slot))

    def _read(self, name: str, variable: Any) -> NDArray[Any]:
        array = self._layout.ours(name, keras.ops.convert_to_numpy(variable))
        return np.array(self._order.restore(name, array), order="C")

    def _to_keras(self, arrays: ArrayDict) -> ArrayDict:
        """The other way round, for all of a kind, by Keras's names."""
        return self._layout.joined({name: self._order.reorder(name, array) for name, array in arrays.items()})

    def _mask(self, name: str, mask: NDArray[Any]) -> NDArray[Any]:
        """The factors [steps, batch, ...] of a dropout in the order of its values in Keras."""
        if mask.ndim == 5:
            return np.ascontiguousarray(mask.transpose(0, 1, 3, 4, 2))
        return self._order.reorder_mask(name, mask)


def _grow_memory(device: str) -> None:
    gpu = tf.config.list_physical_devices("GPU")[int(device.partition(":")[2])]
    if not tf.config.experimental.get_memory_growth(gpu):
        tf.config.experimental.set_memory_growth(gpu, True)
