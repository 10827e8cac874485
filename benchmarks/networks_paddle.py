"""The networks by hand in PaddlePaddle, for the bare loop and for the documented ones.

Layers have the names of the weights, so that the bare loop can load them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import paddle
from paddle import nn
from paddle.nn.functional import relu


def cnn() -> nn.Layer:
    """Two convolutions."""
    return nn.Sequential(
        ("conv1", nn.Conv2D(1, 8, 3, padding=1)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2D(2)),
        ("conv2", nn.Conv2D(8, 16, 3, padding=1)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2D(2)),
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(784, 10)),
    )


def lenet() -> nn.Layer:
    """Two convolutions and two linear layers."""
    return nn.Sequential(
        ("conv1", nn.Conv2D(1, 32, 3)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2D(2)),
        ("conv2", nn.Conv2D(32, 64, 3)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2D(2)),
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(1600, 64)),
        ("relu3", nn.ReLU()),
        ("linear2", nn.Linear(64, 10)),
    )


def mlp() -> nn.Layer:
    """Three linear layers."""
    return nn.Sequential(
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(784, 256)),
        ("relu1", nn.ReLU()),
        ("linear2", nn.Linear(256, 256)),
        ("relu2", nn.ReLU()),
        ("linear3", nn.Linear(256, 10)),
    )


def convnet() -> nn.Layer:
    """Two convolutions with batch normalization, and three linear layers with dropout."""
    return nn.Sequential(
        ("conv1", nn.Conv2D(1, 10, 5, padding=1)),
        ("pool1", nn.MaxPool2D(2)),
        ("relu1", nn.ReLU()),
        ("norm1", nn.BatchNorm2D(10)),
        ("conv2", nn.Conv2D(10, 20, 5, padding=1)),
        ("pool2", nn.MaxPool2D(2)),
        ("relu2", nn.ReLU()),
        ("norm2", nn.BatchNorm2D(20)),
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(500, 60)),
        ("dropout1", nn.Dropout(0.5)),
        ("relu3", nn.ReLU()),
        ("linear2", nn.Linear(60, 20)),
        ("dropout2", nn.Dropout(0.5)),
        ("relu4", nn.ReLU()),
        ("linear3", nn.Linear(20, 10)),
    )


def pytorch_example() -> nn.Layer:
    """The network of PyTorch's MNIST example."""
    return nn.Sequential(
        ("conv1", nn.Conv2D(1, 32, 3)),
        ("relu1", nn.ReLU()),
        ("conv2", nn.Conv2D(32, 64, 3)),
        ("relu2", nn.ReLU()),
        ("pool1", nn.MaxPool2D(2)),
        ("dropout1", nn.Dropout(0.25)),
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(9216, 128)),
        ("relu3", nn.ReLU()),
        ("dropout2", nn.Dropout(0.5)),
        ("linear2", nn.Linear(128, 10)),
    )


def keras_example() -> nn.Layer:
    """The network of Keras's MNIST example."""
    return nn.Sequential(
        ("conv1", nn.Conv2D(1, 32, 3)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2D(2)),
        ("conv2", nn.Conv2D(32, 64, 3)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2D(2)),
        ("flatten", nn.Flatten()),
        ("dropout1", nn.Dropout(0.5)),
        ("linear1", nn.Linear(1600, 10)),
    )


def paddle_example() -> nn.Layer:
    """The network of Paddle's MNIST example."""
    return nn.Sequential(
        ("conv1", nn.Conv2D(1, 6, 3, padding=1)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2D(2)),
        ("conv2", nn.Conv2D(6, 16, 5)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2D(2)),
        ("flatten", nn.Flatten()),
        ("linear1", nn.Linear(400, 120)),
        ("linear2", nn.Linear(120, 84)),
        ("linear3", nn.Linear(84, 10)),
    )


class RowsLSTM(nn.Layer):
    """An LSTM that reads the rows of an image. Of its two biases one is 0, and not to be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm1, self.linear1 = nn.LSTM(28, 128), nn.Linear(128, 10)
        self.lstm1.bias_hh_l0.set_value(paddle.zeros([512]))

    def forward(self, x: Any) -> Any:
        """Logits, from the last state."""
        _, (hidden, _) = self.lstm1(x.squeeze(1))
        return self.linear1(hidden[-1])


def normed(before: int, channels: int, kernel: int, stride: int) -> list[tuple[str, nn.Layer]]:
    """A convolution and its batch normalization."""
    convolution = nn.Conv2D(before, channels, kernel, stride, kernel // 2, bias_attr=False)
    return [("conv1", convolution), ("norm1", nn.BatchNorm2D(channels))]


class BasicBlock(nn.Layer):
    """Two convolutions, and the shortcut around them."""

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        (_, self.conv1), (_, self.norm1) = normed(before, channels, 3, stride)
        (_, self.conv2), (_, self.norm2) = normed(channels, channels, 3, 1)
        self.shortcut = nn.Sequential(*normed(before, channels, 1, stride)) if stride > 1 else nn.Identity()

    def forward(self, x: Any) -> Any:
        """X [N, C, H, W]."""
        y = self.norm2(self.conv2(relu(self.norm1(self.conv1(x)))))
        return relu(y + self.shortcut(x))


def resnet18(width: int = 64) -> nn.Layer:
    """ResNet-18 for small images: a first convolution of 3x3 and stride 1, and no pooling behind it."""
    layers = [*normed(1, width, 3, 1), ("relu1", nn.ReLU())]
    before = width
    for number in range(8):
        channels = width * 2 ** (number // 2)
        layers.append((f"residual{number + 1}", BasicBlock(before, channels, channels // before)))
        before = channels
    ends = [("pool1", nn.AdaptiveAvgPool2D(1)), ("flatten", nn.Flatten()), ("linear1", nn.Linear(before, 10))]
    return nn.Sequential(*layers, *ends)


NETWORKS: dict[str, Callable[[], nn.Layer]] = {
    "cnn": cnn,
    "lenet": lenet,
    "mlp": mlp,
    "convnet": convnet,
    "pytorch_example": pytorch_example,
    "keras_example": keras_example,
    "paddle_example": paddle_example,
    "lstm": RowsLSTM,
    "resnet18": resnet18,
    "resnet18_narrow": partial(resnet18, 16),
}
