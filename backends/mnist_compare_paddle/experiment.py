"""PaddleExperiment: the Experiment of PaddlePaddle, in dygraph."""

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.architecture import walk
from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare_paddle.backend import BACKEND
from mnist_compare_paddle.defaults import OF_OPTIMIZERS

BACKEND.prepare()

import paddle  # noqa: E402 (the environment must stand before)
from paddle import nn  # noqa: E402

from mnist_compare.data.augment import Transform  # noqa: E402
from mnist_compare.defaults import GENERATOR, takes_own_optimizer  # noqa: E402
from mnist_compare.experiment import Experiment  # noqa: E402
from mnist_compare.experiment.layout import Layout  # noqa: E402
from mnist_compare.experiment.steps import Steps  # noqa: E402
from mnist_compare.randomness import Array  # noqa: E402
from mnist_compare.recipe.augmentations import Augmentation  # noqa: E402
from mnist_compare.recipe.recipe import AVERAGE  # noqa: E402
from mnist_compare_paddle.augmentation import own_transform  # noqa: E402
from mnist_compare_paddle.clipping import clip_gradients  # noqa: E402
from mnist_compare_paddle.framework_model import PaddleNetwork  # noqa: E402
from mnist_compare_paddle.layers import kept_arrays  # noqa: E402
from mnist_compare_paddle.model import TrainingLoss, make_model  # noqa: E402
from mnist_compare_paddle.native import make_own_layer  # noqa: E402
from mnist_compare_paddle.optimizers.counts import counts  # noqa: E402
from mnist_compare_paddle.optimizers.dispatch import slot_names  # noqa: E402
from mnist_compare_paddle.optimizers.native import (  # noqa: E402
    make_native_optimizer,
    make_own_optimizer,
)
from mnist_compare_paddle.optimizers.plain import Plain  # noqa: E402
from mnist_compare_paddle.parallel import join  # noqa: E402


class PaddleExperiment(Experiment):
    """The Paddle backend."""

    backend = BACKEND
    executions = ("eager", "compiled")
    framework_network = PaddleNetwork
    freezes = True

    def build(self) -> None:
        paddle.set_device(self.device)
        self._processes = join(self.shard, self.device) if self.shard.count > 1 else None
        self.threads = self.lowered.threads.within
        paddle.base.core.set_num_threads(self.threads)
        paddle.set_default_dtype(np.dtype(self.dtype).name)
        paddle.seed(self.seed)
        self._model = make_model(self.lowered, partial(make_own_layer, defaults=self.defaults))
        self._layout = Layout(self.layers, kept_arrays)
        self._tensors = {
            name: self._tensor(name) for name in self.architecture.parameters | self.architecture.statistics
        }
        self._freeze()
        masked = [shaped for shaped in walk(self.layers) if shaped.layer.mask_rate is not None]
        loss = TrainingLoss(
            self._model,
            self.recipe,
            [] if GENERATOR in self.defaults else [attrgetter(shaped.name)(self._model) for shaped in masked],
            self.architecture.classes,
        )
        self._training_loss = paddle.jit.to_static(loss, full_graph=True) if self.execution == "compiled" else loss
        self._new_optimizer()
        averaged = [] if self.recipe.ema_decay is None else self.trained
        self._averages = {name: self._tensors[name].detach().clone() for name in averaged}

    def _freeze(self) -> None:
        """Leave the frozen layers as they are: their parameters, and the running statistics of batch norms."""
        layers = {name: attrgetter(name)(self._model) for name in self.frozen}
        for parameter in (one for layer in layers.values() for one in layer.parameters()):
            parameter.stop_gradient = (
                True  # the second biases of recurrent layers, too: its LSTM does not go back halfway
            )
        still = layers.values() if self.recipe.frozen_norms == "running" else ()
        self._still = [layer for layer in still if isinstance(layer, nn.BatchNorm1D | nn.BatchNorm2D)]

    def to_device(self, array: NDArray[Any]) -> Any:
        return paddle.to_tensor(np.ascontiguousarray(array), place=self._paddle_place())

    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        self._model.train()
        for norm in self._still:
            norm.eval()
        place = self._paddle_place()
        # One operation for all rows, instead of another one in every step.
        batches, *masks = (
            paddle.unbind(paddle.to_tensor(array, place=place)) for array in (steps.indices, *steps.masks.values())
        )
        losses, rate = [], None
        with paddle.utils.unique_name.guard():  # slots are made in the first step: with the names that `restore` knows
            for i, learning_rate in enumerate(steps.learning_rates.tolist()):
                if learning_rate != rate:
                    rate = learning_rate
                    self._optimizer.set_lr(rate)
                with self._precision():
                    loss = self._training_loss(images, targets, batches[i], [mask[i] for mask in masks])
                if steps.shares is not None:
                    loss = loss * float(steps.shares[i])
                loss.backward()
                if self._processes:
                    self._processes.sum_gradients(self._trained)
                clip_gradients(self._trained, self.recipe.clip_value, self.recipe.clip_norm)
                self._optimizer.step()
                self._optimizer.clear_grad()
                self._average()
                losses.append(loss.detach())
        if self._processes:
            self.communication += self._processes.take_seconds()
            return self._processes.total(paddle.stack(losses))
        return paddle.stack(losses).astype("float64").numpy()

    def _average(self) -> None:
        """Bring the averages of the parameters up to date, where there are some."""
        decay = self.recipe.ema_decay
        if decay is not None:
            for name, average in self._averages.items():
                average.scale_(decay).add_(self._tensors[name].detach() * (1 - decay))

    def logits(self, images: Any) -> Array:
        self._model.eval()
        with paddle.no_grad(), self._precision():
            return self._model(images).astype(np.dtype(self.dtype).name).numpy()

    def weights(self) -> ArrayDict:
        return {name: self._canonical(name, tensor.numpy()) for name, tensor in self._tensors.items()}

    def optimizer_state(self) -> ArrayDict:
        state = self._optimizer.state_dict()
        averages = {f"{name}.{AVERAGE}": self._canonical(name, one.numpy()) for name, one in self._averages.items()}
        return averages | {
            f"{name}.{slot}": self._canonical(name, state[key].numpy())
            for name in self.trained
            for accumulator, slot in slot_names(self._optimizer).items()
            if slot in self.optimizer.slots and (key := f"{self._tensors[name].name}_{accumulator}_0") in state
        }

    def restore(self, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        for name, array in weights.items():
            self._tensors[name].set_value(self._to_paddle(name, array))
        self._new_optimizer()
        if isinstance(self._optimizer, Plain):
            self._optimizer.number = self.step
        if optimizer_state:
            self._optimizer.set_state_dict(self._accumulators(optimizer_state))
        for name, average in self._averages.items():
            average.set_value(self._to_paddle(name, (optimizer_state or {}).get(f"{name}.{AVERAGE}", weights[name])))

    def swap_averages(self) -> None:
        for name, average in self._averages.items():
            kept = self._tensors[name].detach().clone()
            self._tensors[name].set_value(average)
            average.set_value(kept)

    def own_transform(self, augmentation: Augmentation) -> Transform:
        return own_transform(augmentation)

    @classmethod
    def gpu_count(cls) -> int:
        return paddle.device.cuda.device_count() if paddle.is_compiled_with_cuda() else 0

    @classmethod
    def refuses(cls, precision: str, device: str) -> str | None:
        return "Paddle's autocast computes in float32 on a CPU" if precision == "bfloat16" and device == "cpu" else None

    def device_memory_peak(self) -> int | None:
        return paddle.device.cuda.max_memory_allocated(self.device) if self.device != "cpu" else None

    def _accumulators(self, optimizer_state: ArrayDict) -> dict[str, Any]:
        """What the optimizer keeps of every parameter, by Paddle's names."""
        accumulators: dict[str, Any] = {}
        numbers = counts(self._optimizer, self.optimizer, self.step, self.dtype)
        for name, shape in self.trained.items():
            prefix = self._tensors[name].name
            for accumulator, slot in slot_names(self._optimizer).items():
                array = optimizer_state.get(f"{name}.{slot}", np.zeros(shape, self.dtype))
                accumulators[f"{prefix}_{accumulator}_0"] = paddle.to_tensor(self._to_paddle(name, array))
            for accumulator, number in numbers.items():
                whole = number if number.ndim else np.full(self._tensors[name].shape, number)
                accumulators[f"{prefix}_{accumulator}_0"] = paddle.to_tensor(whole)
        return accumulators

    def _new_optimizer(self) -> None:
        trained = {id(self._tensors[name]) for name in self.trained}  # all but the second biases of recurrent layers
        self._trained = parameters = [one for one in self._model.parameters() if id(one) in trained]
        if takes_own_optimizer(self.architecture, self.recipe, BACKEND.defaults, self.defaults, {*OF_OPTIMIZERS}):
            self._optimizer = make_native_optimizer(self.optimizer, parameters)
        else:
            self._optimizer = make_own_optimizer(self.optimizer, parameters, self.defaults)

    def _precision(self) -> AbstractContextManager[Any]:
        bfloat16 = self.recipe.precision == "bfloat16"
        return paddle.amp.auto_cast(dtype="bfloat16") if bfloat16 else nullcontext()

    def _paddle_place(self) -> Any:
        return paddle.CPUPlace() if self.device == "cpu" else paddle.CUDAPlace(int(self.device.partition(":")[2]))

    def _tensor(self, name: str) -> Any:
        layer, path = self._layout.place(name)
        return attrgetter(f"{layer}.{path}")(self._model)

    def _canonical(self, name: str, array: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(self._layout.ours(name, array))

    def _to_paddle(self, name: str, array: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(self._layout.theirs(name, array))
