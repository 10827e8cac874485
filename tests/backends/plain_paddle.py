"""What a Paddle user does with a model, without mnist_compare: build, save, load, look at it, train it further."""

import paddle
from paddle import nn
from plain_networks import networks

SUFFIX = ".pdparams"
NETWORKS = networks(nn, nn.Conv2D, nn.MaxPool2D, nn.BatchNorm2D)


def save(model, path):
    paddle.save(model.state_dict(), str(path))


def load(name, path):
    model, state = nn.Sequential(*NETWORKS[name]().items()), paddle.load(str(path))
    missing, unexpected = model.set_state_dict(state)
    assert (missing, unexpected) == ([], [])
    model.eval()
    return model


def logits(model, images):
    model.eval()
    with paddle.no_grad():
        return model(paddle.to_tensor(images)).numpy()


def train(model, images, labels):
    """Ten steps; the loss before and after them."""
    x, y, criterion = paddle.to_tensor(images), paddle.to_tensor(labels), nn.CrossEntropyLoss()
    optimizer = paddle.optimizer.Adam(0.003, parameters=model.parameters())
    losses = []
    model.train()
    for _ in range(10):
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        losses.append(loss.item())
    return losses[0], losses[-1]


def layers(model):
    return [model, *model.children()]
