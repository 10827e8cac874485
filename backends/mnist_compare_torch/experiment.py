"""TorchExperiment: the Experiment of PyTorch, on CPU or CUDA."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.checkpoint import Arrays
from mnist_compare.environment import prepare

prepare()

import torch  # noqa: E402 (the environment must stand before)
from torch import Tensor, nn  # noqa: E402

from mnist_compare.experiment import Experiment  # noqa: E402
from mnist_compare.mode import chosen  # noqa: E402
from mnist_compare.pooling import pool_first  # noqa: E402
from mnist_compare.randomness import Array  # noqa: E402
from mnist_compare.recipe import SGD, Adam, AdamW, Optimizer  # noqa: E402
from mnist_compare.steps import Steps  # noqa: E402
from mnist_compare_torch import BACKEND  # noqa: E402
from mnist_compare_torch.modules import make_model  # noqa: E402

SLOTS = {"momentum_buffer": "momentum", "exp_avg": "first_moment", "exp_avg_sq": "second_moment"}


class TorchExperiment(Experiment):
    """The torch backend."""

    backend = BACKEND
    executions = ("eager", "compiled")

    def build(self) -> None:
        self.torch_device = torch.device(self.device.replace("gpu", "cuda"))
        torch.backends.cudnn.deterministic = True
        native = self.mode == "native"
        torch.manual_seed(self.seed)
        layers = self.architecture.placed if native else pool_first(self.layers)
        self.model = make_model(layers, native=native).to(
            self.torch_device, self.parameters_dtype(), memory_format=torch.channels_last
        )
        # Compiled, the model is another object that shares the parameters of the one that state is read from.
        self.forward = torch.compile(self.model) if self.execution == "compiled" else self.model
        self.parameters = dict(self.model.named_parameters())
        make = make_native_optimizer if native else make_optimizer
        self.torch_optimizer = make(self.recipe.optimizer if native else self.optimizer, list(self.parameters.values()))
        self.criterion = nn.CrossEntropyLoss() if self.recipe.loss == "cross_entropy" else nn.MSELoss()

    def place(self, array: NDArray[Any]) -> Tensor:
        # A mapped file is read-only, which torch warns of: the copy is also what puts the data into memory once.
        tensor = torch.from_numpy(np.array(array))
        return tensor.to(self.torch_device)

    def train(self, images: Any, targets: Any, steps: Steps) -> Array:
        self.model.train()
        indices = torch.from_numpy(steps.indices).to(self.torch_device)
        masks = {name: torch.from_numpy(mask).to(self.torch_device) for name, mask in steps.masks.items()}
        losses = []
        for i, learning_rate in enumerate(steps.learning_rates.tolist()):
            for name, mask in masks.items():
                self.model.get_submodule(name).factors = mask[i]
            self.torch_optimizer.param_groups[0]["lr"] = learning_rate
            self.torch_optimizer.zero_grad()
            with self._precision():
                loss = self.criterion(self.forward(images[indices[i]]), targets[indices[i]])
            loss.backward()
            self.torch_optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).double().cpu().numpy()

    def logits(self, images: Any) -> Array:
        self.model.eval()
        with torch.no_grad(), self._precision():
            return self.model(images).to(self.parameters_dtype()).cpu().numpy()

    def weights(self) -> Arrays:
        state = self.model.state_dict()
        return {name: _copy(state[name]) for name in self.architecture.parameters | self.architecture.statistics}

    def optimizer_state(self) -> Arrays:
        state = self.torch_optimizer.state
        return {
            f"{name}.{SLOTS[key]}": _copy(value)
            for name, parameter in self.parameters.items()
            for key, value in state.get(parameter, {}).items()
            if key in SLOTS and value is not None
        }

    def restore(self, weights: Arrays, optimizer_state: Arrays | None) -> None:
        tensors = {name: torch.from_numpy(np.array(array)) for name, array in weights.items()}
        missing = self.model.load_state_dict(tensors, strict=False)
        unknown = [name for name in missing.missing_keys if not name.endswith("num_batches_tracked")]
        if unknown or missing.unexpected_keys:
            raise ValueError(f"weights do not fit: missing {unknown}, unexpected {missing.unexpected_keys}")
        self.torch_optimizer.state.clear()
        if optimizer_state:
            self._restore_optimizer(optimizer_state)

    @torch.no_grad()
    def _restore_optimizer(self, optimizer_state: Arrays) -> None:
        for name, parameter in self.parameters.items():
            slots = {
                # A fused step reads weight and slot in the order of memory, so both must lie alike.
                key: torch.empty_like(parameter).copy_(torch.from_numpy(np.array(optimizer_state[f"{name}.{slot}"])))
                for key, slot in SLOTS.items()
                if f"{name}.{slot}" in optimizer_state
            }
            if "exp_avg" in slots:
                slots["step"] = torch.tensor(float(self.step), device=self.torch_device)
            self.torch_optimizer.state[parameter] = slots

    @classmethod
    def gpu_count(cls) -> int:
        return torch.cuda.device_count()

    @classmethod
    def refuses(cls, precision: str, device: str) -> str | None:
        if precision == "bfloat16" and device != "cpu" and not torch.cuda.is_bf16_supported():
            return "this GPU has no bfloat16"
        return None

    def device_memory_peak(self) -> int | None:
        return torch.cuda.max_memory_allocated(self.torch_device) if self.torch_device.type == "cuda" else None

    def parameters_dtype(self) -> torch.dtype:
        """The type of the weights, which the outputs are given in."""
        return torch.float64 if self.dtype is np.float64 else torch.float32

    def _precision(self) -> AbstractContextManager[Any]:
        if self.recipe.precision == "bfloat16":
            return torch.autocast(self.torch_device.type, dtype=torch.bfloat16)
        return nullcontext()


def make_optimizer(optimizer: Optimizer, parameters: list[Tensor]) -> torch.optim.Optimizer:
    """The torch optimizer; its learning rate is set before every step."""
    match optimizer:
        case SGD(momentum=momentum, nesterov=nesterov, weight_decay=decay):
            return torch.optim.SGD(
                parameters, lr=0.0, momentum=momentum, nesterov=nesterov, weight_decay=decay, fused=True
            )
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            return torch.optim.Adam(
                parameters, lr=0.0, betas=(beta1, beta2), eps=epsilon, weight_decay=decay, fused=True
            )
        case AdamW(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            return torch.optim.AdamW(
                parameters, lr=0.0, betas=(beta1, beta2), eps=epsilon, weight_decay=decay, fused=True
            )


def make_native_optimizer(optimizer: Optimizer, parameters: list[Tensor]) -> torch.optim.Optimizer:
    """The torch optimizer with torch's own defaults for what the recipe leaves at its."""
    given = chosen(optimizer) | {"lr": 0.0}
    given.pop("learning_rate", None)
    if "beta1" in given or "beta2" in given:
        given["betas"] = (given.pop("beta1", 0.9), given.pop("beta2", 0.999))
    if "epsilon" in given:
        given["eps"] = given.pop("epsilon")
    kinds = {SGD: torch.optim.SGD, Adam: torch.optim.Adam, AdamW: torch.optim.AdamW}
    made: torch.optim.Optimizer = kinds[type(optimizer)](parameters, **given)
    return made


def _copy(tensor: Tensor) -> NDArray[Any]:
    return np.array(tensor.detach().cpu().contiguous().numpy())
