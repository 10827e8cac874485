"""The networks by hand in PyTorch, for the bare loop and for the documented one.

Modules have the names of the weights, so that the bare loop can load them.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from torch import Tensor, nn
from torch.nn.functional import relu


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


def lenet() -> nn.Module:
    """Two convolutions and two linear layers."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 32, 3),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(32, 64, 3),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            linear1=nn.Linear(1600, 64),
            relu3=nn.ReLU(),
            linear2=nn.Linear(64, 10),
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


def convnet() -> nn.Module:
    """Two convolutions with batch normalization, and three linear layers with dropout."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 10, 5, padding=1),
            pool1=nn.MaxPool2d(2),
            relu1=nn.ReLU(),
            norm1=nn.BatchNorm2d(10),
            conv2=nn.Conv2d(10, 20, 5, padding=1),
            pool2=nn.MaxPool2d(2),
            relu2=nn.ReLU(),
            norm2=nn.BatchNorm2d(20),
            flatten=nn.Flatten(),
            linear1=nn.Linear(500, 60),
            dropout1=nn.Dropout(0.5),
            relu3=nn.ReLU(),
            linear2=nn.Linear(60, 20),
            dropout2=nn.Dropout(0.5),
            relu4=nn.ReLU(),
            linear3=nn.Linear(20, 10),
        )
    )


def pytorch_example() -> nn.Module:
    """The network of PyTorch's MNIST example."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 32, 3),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(32, 64, 3),
            relu2=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            dropout1=nn.Dropout(0.25),
            flatten=nn.Flatten(),
            linear1=nn.Linear(9216, 128),
            relu3=nn.ReLU(),
            dropout2=nn.Dropout(0.5),
            linear2=nn.Linear(128, 10),
        )
    )


def keras_example() -> nn.Module:
    """The network of Keras's MNIST example."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 32, 3),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(32, 64, 3),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            dropout1=nn.Dropout(0.5),
            linear1=nn.Linear(1600, 10),
        )
    )


def paddle_example() -> nn.Module:
    """The network of Paddle's MNIST example."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 6, 3, padding=1),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(6, 16, 5),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            linear1=nn.Linear(400, 120),
            linear2=nn.Linear(120, 84),
            linear3=nn.Linear(84, 10),
        )
    )


class RowsLSTM(nn.Module):
    """An LSTM that reads the rows of an image. Of its two biases one is 0, and not trained."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm1, self.linear1 = nn.LSTM(28, 128, batch_first=True), nn.Linear(128, 10)
        nn.init.zeros_(self.lstm1.bias_hh_l0).requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, from the last state."""
        _, (hidden, _) = self.lstm1(x.squeeze(1))
        return self.linear1(hidden[-1])


def normed(before: int, channels: int, kernel: int, stride: int) -> OrderedDict[str, nn.Module]:
    """A convolution and its batch normalization."""
    convolution = nn.Conv2d(before, channels, kernel, stride, kernel // 2, bias=False)
    return OrderedDict(conv1=convolution, norm1=nn.BatchNorm2d(channels))


class BasicBlock(nn.Module):
    """Two convolutions, and the shortcut around them."""

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = normed(before, channels, 3, stride).values()
        self.conv2, self.norm2 = normed(channels, channels, 3, 1).values()
        self.shortcut = nn.Sequential(normed(before, channels, 1, stride)) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """X [N, C, H, W]."""
        y = self.norm2(self.conv2(relu(self.norm1(self.conv1(x)), inplace=True)))
        y += self.shortcut(x)
        return relu(y, inplace=True)


def resnet18(width: int = 64) -> nn.Module:
    """ResNet-18 for small images: a first convolution of 3x3 and stride 1, and no pooling behind it."""
    modules = normed(1, width, 3, 1)
    modules["relu1"] = nn.ReLU(inplace=True)
    before = width
    for number in range(8):
        channels = width * 2 ** (number // 2)
        modules[f"residual{number + 1}"] = BasicBlock(before, channels, channels // before)
        before = channels
    modules["pool1"], modules["flatten"] = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    modules["linear1"] = nn.Linear(before, 10)
    return nn.Sequential(modules)


NETWORKS: dict[str, Callable[[], nn.Module]] = {
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
