"""What a Paddle user does with a model, without mnist_compare: build, save, load, look at it, train it further."""

import paddle
from paddle import nn

SUFFIX = ".pdparams"
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
        "conv1": nn.Conv2D(1, 8, 3, padding=1),
        "relu1": nn.ReLU(),
        "pool1": nn.MaxPool2D(2),
        "conv2": nn.Conv2D(8, 16, 3, padding=1),
        "relu2": nn.ReLU(),
        "pool2": nn.MaxPool2D(2),
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(784, 10),
    },
    "lenet": lambda: {
        "conv1": nn.Conv2D(1, 32, 3),
        "relu1": nn.ReLU(),
        "pool1": nn.MaxPool2D(2),
        "conv2": nn.Conv2D(32, 64, 3),
        "relu2": nn.ReLU(),
        "pool2": nn.MaxPool2D(2),
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(1600, 64),
        "relu3": nn.ReLU(),
        "linear2": nn.Linear(64, 10),
    },
    "convnet": lambda: {
        "conv1": nn.Conv2D(1, 10, 5, padding=1),
        "pool1": nn.MaxPool2D(2),
        "relu1": nn.ReLU(),
        "norm1": nn.BatchNorm2D(10),
        "conv2": nn.Conv2D(10, 20, 5, padding=1),
        "pool2": nn.MaxPool2D(2),
        "relu2": nn.ReLU(),
        "norm2": nn.BatchNorm2D(20),
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
        "conv1": nn.Conv2D(1, 16, 5),
        "pool1": nn.MaxPool2D(3),
        "relu1": nn.ReLU(),
        "conv2": nn.Conv2D(16, 32, 3),
        "relu2": nn.ReLU(),
        "conv3": nn.Conv2D(32, 48, 3),
        "relu3": nn.ReLU(),
        "flatten1": nn.Flatten(),
        "linear1": nn.Linear(768, 10),
    },
}


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
