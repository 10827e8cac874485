"""TorchExperiment: the Experiment of PyTorch, on CPU or CUDA."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.experiment.checkpoint import ArrayDict
from mnist_compare_torch.backend import BACKEND

BACKEND.prepare()

import torch  # noqa: E402 (the environment must stand before)
from torch import Tensor, nn  # noqa: E402

from mnist_compare.data.augment import Transform  # noqa: E402
from mnist_compare.defaults import ARITHMETIC  # noqa: E402
from mnist_compare.experiment import Experiment  # noqa: E402
from mnist_compare.experiment.layout import Layout  # noqa: E402
from mnist_compare.experiment.steps import Steps  # noqa: E402
from mnist_compare.randomness import Array  # noqa: E402
from mnist_compare.recipe.augmentations import Augmentation  # noqa: E402
from mnist_compare_torch.augmentation import own_transform  # noqa: E402
from mnist_compare_torch.batches import Batches  # noqa: E402
from mnist_compare_torch.clipping import clip_gradients  # noqa: E402
from mnist_compare_torch.framework_model import TorchNetwork  # noqa: E402
from mnist_compare_torch.layers import kept_arrays  # noqa: E402
from mnist_compare_torch.layers.composition import AuxiliaryHead  # noqa: E402
from mnist_compare_torch.native import make_own_model  # noqa: E402
from mnist_compare_torch.optimizers import make_optimizer  # noqa: E402
from mnist_compare_torch.optimizers.averaged import Averaged  # noqa: E402
from mnist_compare_torch.optimizers.native import make_native_optimizer  # noqa: E402
from mnist_compare_torch.parallel import join  # noqa: E402
from mnist_compare_torch.step_graph import StepGraph  # noqa: E402

GRAPHS = 250


class TorchExperiment(Experiment):
    """The torch backend."""

    backend = BACKEND
    executions = ("eager", "compiled")
    framework_network = TorchNetwork
    freezes = True

    def build(self) -> None:
        self._torch_device = torch.device(self.device.replace("gpu", "cuda"))
        torch.backends.cudnn.deterministic = True
        torch.manual_seed(self.seed)
        self._processes = join(self.shard, self._torch_device) if self.shard.count > 1 else None
        self._order, self._layout = self.lowered.flat_order, Layout(self.layers, kept_arrays)
        model = make_own_model(self.lowered, self.defaults)
        memory = torch.channels_last if self.lowered.channels_last else torch.contiguous_format
        self._model = model.to(self._torch_device, self._parameters_dtype(), memory_format=memory)
        self._freeze()
        # On a GPU, the graph of a whole step takes the place of torch.compile.
        captures = self._torch_device.type == "cuda" and not self.defaults and self._processes is None
        self._captured = self.execution == "compiled" and captures
        self._graph: StepGraph | None = None
        self._stepped = False
        # Compiled, the model is another object that shares the parameters of the one that state is read from.
        compiled = self.execution == "compiled" and not self._captured
        if compiled:
            # A run must not depend on what its process has trained before. After eight graphs of one piece of code,
            # such as nn.Sequential's, torch would go on step by step, and after two batch sizes it would compile for
            # any: both give other bits.
            torch._dynamo.config.recompile_limit = max(torch._dynamo.config.recompile_limit, GRAPHS)
        self._forward = torch.compile(self._model, dynamic=False) if compiled else self._model
        if self._processes:
            self._forward = self._processes.wrap(self._forward)
        self._parameters = {name: one for name, one in self._model.named_parameters() if one.requires_grad}
        self._heads = [module for module in self._model.modules() if isinstance(module, AuxiliaryHead)]
        make = make_native_optimizer if ARITHMETIC in self.defaults else make_optimizer
        self._optimizer = make(self.optimizer, list(self._parameters.values()))
        if self.recipe.ema_decay is not None:
            self._optimizer = Averaged(self._optimizer, list(self._parameters.values()), self.recipe.ema_decay)
        self._criterion = self._make_criterion()

    def _freeze(self) -> None:
        """Leave the frozen layers as they are: their parameters, and the running statistics of batch norms."""
        names = {self._layout.name(name) for name in self.architecture.parameters if name not in self.trained}
        for name, parameter in self._model.named_parameters():
            parameter.requires_grad_(parameter.requires_grad and name not in names)
        still = self.frozen if self.recipe.frozen_norms == "running" else ()
        modules = (self._model.get_submodule(name) for name in still)
        self._still = [module for module in modules if isinstance(module, nn.modules.batchnorm._BatchNorm)]

    def to_device(self, array: NDArray[Any]) -> Tensor:
        # A mapped file is read-only, which torch warns of: the copy is also what puts the data into memory once.
        tensor = torch.from_numpy(np.array(array))
        return tensor.to(self._torch_device)

    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        self._model.train()
        for norm in self._still:
            norm.eval()
        batches, rates = self._batches(targets, steps), steps.learning_rates.tolist()
        # What a step loads and allocates when it is first done cannot be captured, and one step alone need not be.
        replays = self._captured and self._stepped and len(steps) > 1
        losses = self._replay(images, batches, rates) if replays else self._train(images, batches, rates)
        self._stepped = True
        if self._processes:
            self.communication += self._processes.take_seconds()
            return self._processes.total(torch.cat(losses))
        return torch.cat(losses).double().cpu().numpy()

    def _batches(self, targets: Tensor, steps: Steps) -> Batches:
        indices = torch.from_numpy(steps.indices).to(self._torch_device)
        masks = {name: self._factors(name, mask) for name, mask in steps.masks.items()}
        shares = None if steps.shares is None else torch.from_numpy(steps.shares).to(targets.device)
        return Batches(indices, targets[indices], masks, shares)

    def _factors(self, name: str, mask: NDArray[Any]) -> Tensor:
        """The factors of a dropout in all steps, which lie in memory as its values do."""
        factors = torch.from_numpy(self._order.reorder_mask(name, mask)).to(self._torch_device)
        if not self.lowered.channels_last or factors.ndim < 5:
            return factors
        images = factors.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        return images.unflatten(0, factors.shape[:2])

    def _train(self, images: Tensor, batches: Batches, rates: list[float]) -> list[Tensor]:
        """Step by step; the losses."""
        losses = []
        for batch, rate in zip(batches.unbind(), rates, strict=True):
            losses.append(self._differentiate(images, batch))
            self._update(rate)
        return [torch.stack(losses)]

    def _update(self, rate: float) -> None:
        """One step by the gradients of the parameters, clipped where the recipe asks for it."""
        value, norm = self.recipe.clip_value, self.recipe.clip_norm
        if value is not None or norm is not None:
            clip_gradients(list(self._parameters.values()), value, norm)
        self._optimizer.step(rate)

    def _make_criterion(self) -> nn.Module:
        recipe = self.recipe
        if recipe.loss == "mean_squared_error":
            return nn.MSELoss()
        if recipe.mixes:
            return nn.CrossEntropyLoss()  # of shares of classes, which are smoothed already
        weights = None
        if recipe.class_weights:
            weights = torch.tensor(recipe.class_weights, dtype=self._parameters_dtype(), device=self._torch_device)
        return nn.CrossEntropyLoss(weights, label_smoothing=recipe.label_smoothing)

    def _differentiate(self, images: Tensor, batch: Batches) -> Tensor:
        """The loss of one batch, whose gradients are in the parameters then."""
        for name, mask in batch.masks.items():
            self._model.get_submodule(name).factors = mask
        for parameter in self._parameters.values():
            parameter.grad = None
        with self._precision():
            loss = self._criterion(self._forward(images.index_select(0, batch.indices)), batch.answers)
            for head in self._heads:
                loss = loss + head.weight * self._criterion(head.output, batch.answers)
        if batch.shares is not None:
            loss = loss * batch.shares.to(loss.dtype)
        loss.backward()
        if self._processes:
            self._processes.backward_ended()
        return loss.detach()

    def _replay(self, images: Tensor, batches: Batches, rates: list[float]) -> list[Tensor]:
        """The same by a graph; the losses."""
        rate = rates[0] if len(set(rates)) == 1 else None
        if self._graph is None or not self._graph.fits(images, batches, rate):
            self._graph = None  # so that its memory is free for the next
            parameters = list(self._parameters.values())
            self._graph = StepGraph(self._differentiate, self._update, parameters, images, batches, rate)
        return self._graph.losses(batches, rates)

    def logits(self, images: Any) -> Array:
        self._model.eval()
        with torch.no_grad(), self._precision():
            return self._model(images).to(self._parameters_dtype()).cpu().numpy()

    def weights(self) -> ArrayDict:
        state = self._model.state_dict()
        names = self.architecture.parameters | self.architecture.statistics
        return {name: self._read(name, state[self._layout.name(name)]) for name in names}

    def optimizer_state(self) -> ArrayDict:
        numbers = {name: number for number, name in enumerate(self._parameters)}
        return {
            f"{name}.{slot}": self._read(name, tensors[numbers[self._layout.name(name)]])
            for slot, tensors in self._optimizer.slots.items()
            for name in self.trained
        }

    def restore(self, weights: ArrayDict, optimizer_state: ArrayDict | None) -> None:
        # A batch norm of torch also counts its batches, and a recurrent module may have biases that stay 0.
        self._model.load_state_dict(self._tensors(weights), strict=False)
        state = optimizer_state or {}
        slots = {
            slot: self._tensors({name: state[f"{name}.{slot}"] for name in self.trained})
            for slot in {key.rpartition(".")[2] for key in state}
        }
        in_order = {slot: [tensors[name] for name in self._parameters] for slot, tensors in slots.items()}
        self._optimizer.restore(in_order, self.step if slots else 0)

    def swap_averages(self) -> None:
        assert isinstance(self._optimizer, Averaged)
        self._optimizer.swap()

    def fastest_execution(self) -> str:
        captures = self.device != "cpu" and not self.defaults and self.shard.count == 1
        return "compiled" if captures else "eager"

    def own_transform(self, augmentation: Augmentation) -> Transform:
        return own_transform(augmentation)

    @classmethod
    def gpu_count(cls) -> int:
        return torch.cuda.device_count()

    @classmethod
    def refuses(cls, precision: str, device: str) -> str | None:
        if precision == "bfloat16" and device != "cpu" and not torch.cuda.is_bf16_supported():
            return "this GPU has no bfloat16"
        return None

    def device_memory_peak(self) -> int | None:
        return torch.cuda.max_memory_allocated(self._torch_device) if self._torch_device.type == "cuda" else None

    def _parameters_dtype(self) -> torch.dtype:
        """The type of the weights, which the outputs are given in."""
        return torch.float64 if self.dtype is np.float64 else torch.float32

    def _read(self, name: str, tensor: Tensor) -> NDArray[Any]:
        """The canonical array of a parameter, or of a slot of it."""
        array = self._layout.ours(name, tensor.detach().cpu().numpy())
        return np.array(self._order.restore(name, array), order="C")

    def _tensors(self, arrays: ArrayDict) -> dict[str, Tensor]:
        """The other way round, for all of a kind, by torch's names."""
        joined = self._layout.joined({name: self._order.reorder(name, array) for name, array in arrays.items()})
        return {name: torch.from_numpy(np.array(array)) for name, array in joined.items()}

    def _precision(self) -> AbstractContextManager[Any]:
        if self.recipe.precision == "bfloat16":
            return torch.autocast(self._torch_device.type, dtype=torch.bfloat16)
        return nullcontext()
