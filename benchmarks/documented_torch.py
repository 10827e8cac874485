"""The training of a network as PyTorch's tutorials write it: torchvision's data set, ToTensor, DataLoader, a loop.

With `--until 0.99` it is evaluated after every epoch, and stops once that share of the test images is recognised.
python -m benchmarks.documented_torch cnn --images 11520
"""

import gzip
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from benchmarks.given import documented_loss, network
from benchmarks.networks_torch import NETWORKS
from benchmarks.task import Sample, Task, run
from mnist_compare.data.sources import MNIST_FOLDER
from mnist_compare.recipe import Recipe, Standardize
from mnist_compare.recipe.schedules import Step


def measure(task: Task) -> Sample:
    """Train."""
    torch.manual_seed(task.seed)
    _, recipe = network(task)
    with TemporaryDirectory() as folder:
        loader, tests = load_data(Path(folder), task.images, recipe)
    model, criterion = NETWORKS[task.architecture](), nn.CrossEntropyLoss()
    optimizer = make_optimizer(recipe, model)
    scheduler = make_scheduler(recipe, optimizer)

    def step(images: Any, labels: Any) -> float:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    begin = perf_counter()
    if task.until is None:  # where the time to an accuracy counts, no step is apart
        step(*next(iter(loader)))
    first = perf_counter() - begin
    seconds: list[float] = []
    accuracies: list[float] = []
    losses: list[float] = []
    while len(seconds) < task.epochs and max(accuracies, default=0.0) < (task.until or 2.0):
        model.train()
        begin = perf_counter()
        losses += [step(images, labels) for images, labels in loader]
        if scheduler:
            scheduler.step()
        seconds.append(perf_counter() - begin)
        if task.until is not None:
            accuracies.append(accuracy(model, tests))
    count = sum(parameter.numel() for parameter in model.parameters())
    trained = len(seconds) * task.images
    return Sample(sum(seconds), trained, first, documented_loss(losses[: len(loader)]), count, accuracies, seconds)


def load_data(folder: Path, images: int, recipe: Recipe) -> tuple[Any, Any]:
    """The loaders of the first training images, and of the test images."""
    library = define_operators()
    from torchvision import datasets, transforms

    del library

    unpack(folder / "MNIST" / "raw")
    transform: Any = transforms.ToTensor()
    if isinstance(recipe.normalization, Standardize):
        scaling = transforms.Normalize((recipe.normalization.mean,), (recipe.normalization.std,))
        transform = transforms.Compose([transform, scaling])
    train = datasets.MNIST(folder, train=True, transform=transform)
    test = datasets.MNIST(folder, train=False, transform=transform)
    train.data, train.targets = train.data[:images], train.targets[:images]
    return DataLoader(train, recipe.batch_size, shuffle=recipe.shuffle), DataLoader(test, batch_size=1000)


def define_operators() -> torch.library.Library:
    """Define the operators that torchvision registers shapes for, which its wheel does not load beside some builds of
    torch; the data sets need none of them. They are there as long as the library that is given.
    """
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        try:
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        except RuntimeError:
            continue  # a complete build has it
    return library


def unpack(folder: Path) -> None:
    """Put the embedded MNIST where torchvision looks for what it has downloaded."""
    folder.mkdir(parents=True)
    for path in MNIST_FOLDER.glob("*.gz"):
        with gzip.open(path) as packed, (folder / path.stem).open("wb") as plain:
            shutil.copyfileobj(packed, plain)


def make_optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    """Adam, SGD or Adadelta, but for the learning rate as by default."""
    kind: type[Any] = getattr(torch.optim, type(recipe.optimizer).__name__)
    return kind(model.parameters(), lr=recipe.optimizer.learning_rate)


def make_scheduler(recipe: Recipe, optimizer: torch.optim.Optimizer) -> Any:
    """The steps of the learning rate, where the recipe has any."""
    schedule = recipe.schedule
    if isinstance(schedule, Step):
        return torch.optim.lr_scheduler.StepLR(optimizer, schedule.every, schedule.factor)
    return None


def accuracy(model: nn.Module, tests: Any) -> float:
    """The share of the test images that is recognised."""
    model.eval()
    with torch.no_grad():
        right = sum(int((model(images).argmax(1) == labels).sum()) for images, labels in tests)
    return right / len(tests.dataset)


if __name__ == "__main__":
    run(measure)
