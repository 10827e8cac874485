"""What stands around a kind of layer in its small network."""

from mnist_compare.architecture import Architecture, Convolution, Flatten, Layer, Linear


def of_maps(name: str, *layers: Layer) -> Architecture:
    """The network in which the layers take four maps of 7x7, and a linear layer what they make of them."""
    return Architecture(name, (Convolution(4, 3, padding=1, stride=4), *layers, Flatten(), Linear(10)))


def of_features(name: str, *layers: Layer) -> Architecture:
    """The network in which the layers take 48 features, which are flattened maps, and a linear layer what they make."""
    return Architecture(name, (Convolution(3, 5, stride=6), Flatten(), *layers, Linear(10)))
