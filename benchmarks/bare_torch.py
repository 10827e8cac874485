"""The training of a network in PyTorch alone, as one would write it by hand who knows what makes it fast.

Channels last, fused optimizers, all images in memory, one gather per batch.
python -m benchmarks.bare_torch cnn --images 11520 --epochs 2
"""

from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from benchmarks.given import Given, first_loss, given
from benchmarks.networks_torch import NETWORKS
from benchmarks.task import Sample, Task, run
from mnist_compare.experiment.steps import Steps
from mnist_compare.recipe import Adadelta, Adam, Optimizer


class MaskedDropout(nn.Module):
    """Dropout by factors that are set for every batch."""

    factors: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """X times the factors."""
        return x * self.factors


Batch = tuple[Tensor, list[Tensor], float]


def measure(task: Task) -> Sample:
    """Train."""
    work = given(task)
    device = torch.device(task.device.replace("gpu", "cuda"))
    model = make_model(work).to(device, memory_format=torch.channels_last)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = make_optimizer(work.optimizer, trained)
    images = torch.from_numpy(np.array(work.data.train_images)).to(device)
    targets = torch.from_numpy(np.array(work.data.train_labels)).to(device)
    dropouts = [module for module in model.modules() if isinstance(module, MaskedDropout)]

    def train(batches: list[Batch]) -> list[float]:
        losses = []
        for batch, factors, rate in batches:
            optimizer.param_groups[0]["lr"] = rate
            for dropout, values in zip(dropouts, factors, strict=True):
                dropout.factors = values
            loss = cross_entropy(model(images[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.detach())
        return torch.stack(losses).tolist()

    one, *others = [make_batches(steps, device) for steps in work.epochs]
    begin = perf_counter()
    losses = train(one[:1])
    first = perf_counter()
    for batches in (one[1:], *others):
        losses += train(batches)
    end = perf_counter()
    count = sum(parameter.numel() for parameter in trained)
    images_trained = (len(losses) - 1) * work.recipe.batch_size
    return Sample(end - first, images_trained, first - begin, first_loss(np.array(losses), task.epochs), count)


def make_model(work: Given) -> nn.Module:
    """The network with the initial weights, and dropout by factors."""
    model = NETWORKS[work.architecture.name]()
    for name, module in model.named_children():
        if isinstance(module, nn.Dropout):
            setattr(model, name, MaskedDropout())
    weights = {name.replace("bias_l0", "bias_ih_l0"): torch.from_numpy(a) for name, a in work.weights.items()}
    found = model.load_state_dict(weights, strict=False)
    assert not found.unexpected_keys
    return model


def make_optimizer(asked: Optimizer, parameters: list[Tensor]) -> torch.optim.Optimizer:
    """The recipe's Adam, SGD or Adadelta."""
    rate = asked.learning_rate
    if isinstance(asked, Adam):
        betas = (asked.beta1, asked.beta2)
        return torch.optim.Adam(parameters, rate, betas, asked.epsilon, fused=True)
    if isinstance(asked, Adadelta):
        return torch.optim.Adadelta(parameters, rate, asked.rho, asked.epsilon)  # it has no fused one
    return torch.optim.SGD(parameters, rate, fused=True)


def make_batches(steps: Steps, device: torch.device) -> list[Batch]:
    """Of every batch of an epoch the indices, the dropout factors, and the learning rate."""

    def put(array: NDArray[Any]) -> Tensor:
        memory = torch.channels_last if array.ndim == 4 else torch.contiguous_format
        return torch.from_numpy(array).to(device, memory_format=memory)

    return [
        (put(steps.indices[i]), [put(mask[i]) for mask in steps.masks.values()], rate)
        for i, rate in enumerate(steps.learning_rates.tolist())
    ]


if __name__ == "__main__":
    run(measure)
