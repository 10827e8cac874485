"""What a PyTorch user does with a model, without mnist_compare: build, save, load, look at it, train it further."""

from collections import OrderedDict

import torch
from plain_networks import networks
from torch import nn

SUFFIX = ".pt"
NETWORKS = networks(nn, nn.Conv2d, nn.MaxPool2d, nn.BatchNorm2d)


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
