"""The training of a network in PyTorch alone, as one would write it by hand who knows what makes it fast.

Channels last, fused optimizers, all images in memory, one gather per batch.
python -m benchmarks.bare_torch cnn --images 11520 --epochs 2
"""

from collections import OrderedDict
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from benchmarks.given import Given, first_loss, given
from benchmarks.task import Sample, Task, run
from mnist_compare.recipe import Adam, Optimizer


def cnn() -> nn.Module:
    """Two convolutions."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 8, 3, padding=1),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(8, 16, 3, padding=1),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            linear1=nn.Linear(784, 10),
        )
    )


def mlp() -> nn.Module:
    """Three linear layers."""
    return nn.Sequential(
        OrderedDict(
            flatten=nn.Flatten(),
            linear1=nn.Linear(784, 256),
            relu1=nn.ReLU(),
            linear2=nn.Linear(256, 256),
            relu2=nn.ReLU(),
            linear3=nn.Linear(256, 10),
        )
    )


class ConvNet(nn.Module):
    """Two convolutions with batch normalization, dropout by given factors."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 10, 5, padding=1), nn.BatchNorm2d(10)
        self.conv2, self.norm2 = nn.Conv2d(10, 20, 5, padding=1), nn.BatchNorm2d(20)
        self.linear1, self.linear2, self.linear3 = nn.Linear(500, 60), nn.Linear(60, 20), nn.Linear(20, 10)
        self.pool, self.relu = nn.MaxPool2d(2), nn.ReLU()

    def forward(self, x: Tensor, factors1: Tensor, factors2: Tensor) -> Tensor:
        """Logits."""
        x = self.norm1(self.relu(self.pool(self.conv1(x))))
        x = self.norm2(self.relu(self.pool(self.conv2(x)))).flatten(1)
        x = self.relu(self.linear1(x) * factors1)
        return self.linear3(self.relu(self.linear2(x) * factors2))


NETWORKS = {"cnn": cnn, "convnet": ConvNet, "mlp": mlp}
Batch = tuple[Tensor, list[Tensor]]


def measure(task: Task) -> Sample:
    """Train."""
    work = given(task)
    device = torch.device(task.device.replace("gpu", "cuda"))
    model = NETWORKS[task.architecture]().to(device, memory_format=torch.channels_last)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in work.weights.items()}, strict=False)
    optimizer = make_optimizer(work.optimizer, model)
    images = torch.from_numpy(np.array(work.data.train_images)).to(device)
    targets = torch.from_numpy(np.array(work.data.train_labels)).to(device)

    def train(batches: list[Batch]) -> list[float]:
        losses = []
        for batch, factors in batches:
            loss = cross_entropy(model(images[batch], *factors), targets[batch])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.detach())
        return torch.stack(losses).tolist()

    batches = make_batches(work, device)
    begin = perf_counter()
    losses = train(batches[:1])
    first = perf_counter()
    losses += train(batches[1:])
    end = perf_counter()
    count = sum(parameter.numel() for parameter in model.parameters())
    trained = (len(batches) - 1) * work.recipe.batch_size
    return Sample(end - first, trained, first - begin, first_loss(np.array(losses), task.epochs), count)


def make_optimizer(asked: Optimizer, model: nn.Module) -> torch.optim.Optimizer:
    """The recipe's Adam or SGD."""
    rate = asked.learning_rate
    if isinstance(asked, Adam):
        betas = (asked.beta1, asked.beta2)
        return torch.optim.Adam(model.parameters(), rate, betas, asked.epsilon, fused=True)
    return torch.optim.SGD(model.parameters(), rate, fused=True)


def make_batches(work: Given, device: torch.device) -> list[Batch]:
    """The indices of every batch of all epochs, and its dropout factors."""

    def put(array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(device)

    return [
        (put(steps.indices[i]), [put(mask[i]) for mask in steps.masks.values()])
        for steps in work.epochs
        for i in range(len(steps))
    ]


if __name__ == "__main__":
    run(measure)
