"""The networks by hand in Keras, for the bare loop and for the documented one: from images [N, 28, 28, 1] to logits.

Layers have the names of the weights, so that the bare loop can load them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import layers

Dropout = Callable[[float], Callable[[Any], Any]]
Network = Callable[[Any, Dropout], Any]


def cnn(x: Any, dropout: Dropout) -> Any:
    """Two convolutions."""
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv2")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    return layers.Dense(10, name="linear1")(x)


def lenet(x: Any, dropout: Dropout) -> Any:
    """Two convolutions and two linear layers."""
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    x = layers.Dense(64, activation="relu", name="linear1")(x)
    return layers.Dense(10, name="linear2")(x)


def mlp(x: Any, dropout: Dropout) -> Any:
    """Three linear layers."""
    x = layers.Dense(256, activation="relu", name="linear1")(layers.Flatten()(x))
    x = layers.Dense(256, activation="relu", name="linear2")(x)
    return layers.Dense(10, name="linear3")(x)


def convnet(x: Any, dropout: Dropout) -> Any:
    """Two convolutions with batch normalization, and three linear layers with dropout."""
    for number, channels in ((1, 10), (2, 20)):
        x = layers.Conv2D(channels, 5, name=f"conv{number}")(layers.ZeroPadding2D(1)(x))
        x = layers.ReLU()(layers.MaxPooling2D(2)(x))
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"norm{number}")(x)
    x = layers.ReLU()(dropout(0.5)(layers.Dense(60, name="linear1")(layers.Flatten()(x))))
    x = layers.ReLU()(dropout(0.5)(layers.Dense(20, name="linear2")(x)))
    return layers.Dense(10, name="linear3")(x)


def pytorch_example(x: Any, dropout: Dropout) -> Any:
    """The network of PyTorch's MNIST example."""
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)
    x = dropout(0.25)(layers.MaxPooling2D(2)(x))
    x = layers.Dense(128, activation="relu", name="linear1")(layers.Flatten()(x))
    return layers.Dense(10, name="linear2")(dropout(0.5)(x))


def keras_example(x: Any, dropout: Dropout) -> Any:
    """The network of Keras's MNIST example."""
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    return layers.Dense(10, name="linear1")(dropout(0.5)(x))


def paddle_example(x: Any, dropout: Dropout) -> Any:
    """The network of Paddle's MNIST example."""
    x = layers.Conv2D(6, 3, padding="same", activation="relu", name="conv1")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="relu", name="conv2")(x)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    x = layers.Dense(84, name="linear2")(layers.Dense(120, name="linear1")(x))
    return layers.Dense(10, name="linear3")(x)


def lstm(x: Any, dropout: Dropout) -> Any:
    """An LSTM that reads the rows of an image."""
    x = layers.LSTM(128, name="lstm1")(layers.Reshape((28, 28))(x))
    return layers.Dense(10, name="linear1")(x)


def normed(x: Any, channels: int, kernel: int, stride: int, path: str = "", number: int = 1) -> Any:
    """A convolution and its batch normalization."""
    padding = "same"
    if kernel > 1 and stride > 1 and x.shape[1] % 2 == 0:  # "same" would pad behind alone
        x, padding = layers.ZeroPadding2D(kernel // 2)(x), "valid"
    x = layers.Conv2D(channels, kernel, stride, padding, use_bias=False, name=f"{path}conv{number}")(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{path}norm{number}")(x)


def basic_block(x: Any, channels: int, stride: int, path: str) -> Any:
    """Two convolutions, and the shortcut around them."""
    y = layers.ReLU()(normed(x, channels, 3, stride, path))
    y = normed(y, channels, 3, 1, path, 2)
    if stride > 1:
        x = normed(x, channels, 1, stride, f"{path}shortcut.")
    return layers.ReLU()(layers.Add()([y, x]))


def resnet18(x: Any, dropout: Dropout, width: int = 64) -> Any:
    """ResNet-18 for small images: a first convolution of 3x3 and stride 1, and no pooling behind it."""
    x = layers.ReLU()(normed(x, width, 3, 1))
    for number in range(8):
        stride = 2 if number in (2, 4, 6) else 1
        x = basic_block(x, width * 2 ** (number // 2), stride, f"residual{number + 1}.")
    return layers.Dense(10, name="linear1")(layers.GlobalAveragePooling2D()(x))


NETWORKS: dict[str, Network] = {
    "cnn": cnn,
    "lenet": lenet,
    "mlp": mlp,
    "convnet": convnet,
    "pytorch_example": pytorch_example,
    "keras_example": keras_example,
    "paddle_example": paddle_example,
    "lstm": lstm,
    "resnet18": resnet18,
    "resnet18_narrow": partial(resnet18, width=16),
}
