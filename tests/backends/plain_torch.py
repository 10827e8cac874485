"""What a PyTorch user does with a model, without mnist_compare: build, save, load, look at it, train it further."""

from collections import OrderedDict

import torch
from torch import nn

SUFFIX = ".pt"
NETWORKS = {
    "linear": lambda: {"flatten1": nn.Flatten(), "linear1": nn.Linear(784, 1)},
    "mlp": lambda: {
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(784, 256),
        "relu1": nn.ReLU(),
        "linear2": nn.Linear(256, 256),
        "relu2": nn.ReLU(),
        "linear3": nn.Linear(256, 10),
    },
    "cnn": lambda: {
        "conv1": nn.Conv2d(1, 8, 3, padding=1),
        "relu1": nn.ReLU(),
        "pool1": nn.MaxPool2d(2),
        "conv2": nn.Conv2d(8, 16, 3, padding=1),
        "relu2": nn.ReLU(),
        "pool2": nn.MaxPool2d(2),
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(784, 10),
    },
    "lenet": lambda: {
        "conv1": nn.Conv2d(1, 32, 3),
        "relu1": nn.ReLU(),
        "pool1": nn.MaxPool2d(2),
        "conv2": nn.Conv2d(32, 64, 3),
        "relu2": nn.ReLU(),
        "pool2": nn.MaxPool2d(2),
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(1600, 64),
        "relu3": nn.ReLU(),
        "linear2": nn.Linear(64, 10),
    },
    "convnet": lambda: {
        "conv1": nn.Conv2d(1, 10, 5, padding=1),
        "pool1": nn.MaxPool2d(2),
        "relu1": nn.ReLU(),
        "norm1": nn.BatchNorm2d(10),
        "conv2": nn.Conv2d(10, 20, 5, padding=1),
        "pool2": nn.MaxPool2d(2),
        "relu2": nn.ReLU(),
        "norm2": nn.BatchNorm2d(20),
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(500, 60),
        "dropout1": nn.Dropout(0.5),
        "relu3": nn.ReLU(),
        "linear2": nn.Linear(60, 20),
        "dropout2": nn.Dropout(0.5),
        "relu4": nn.ReLU(),
        "linear3": nn.Linear(20, 10),
    },
    "speedrun": lambda: {
        "conv1": nn.Conv2d(1, 16, 5),
        "pool1": nn.MaxPool2d(3),
        "relu1": nn.ReLU(),
        "conv2": nn.Conv2d(16, 32, 3),
        "relu2": nn.ReLU(),
        "conv3": nn.Conv2d(32, 48, 3),
        "relu3": nn.ReLU(),
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(768, 10),
    },
}


def save(model, path):
    torch.save(model.state_dict(), path)
    torch.save(model, path.with_suffix(".whole.pt"))


def load(name, path):
    model = nn.Sequential(OrderedDict(NETWORKS[name]()))
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


def load_whole(name, path):
    """The same from the file of the whole model, which torch reads safely when it is told of the classes."""
    kinds = {type(module) for build in NETWORKS.values() for module in build().values()}
    with torch.serialization.safe_globals([nn.Sequential, *kinds]):
        return torch.load(path.with_suffix(".whole.pt"), weights_only=True)


def logits(model, images):
    model.eval()
    with torch.no_grad():
        return model(torch.tensor(images)).numpy()


def train(model, images, labels):
    """Ten steps; the loss before and after them."""
    x, y, criterion = torch.tensor(images), torch.tensor(labels), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), 0.003)
    losses = []
    model.train()
    for _ in range(10):
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1]


def layers(model):
    return [model, *model]
