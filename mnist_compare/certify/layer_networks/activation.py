"""Networks around activations."""

from mnist_compare.architecture import Architecture, ReLU
from mnist_compare.certify.layer_networks.around import of_features, of_maps

NETWORKS: tuple[Architecture, ...] = (
    of_maps("relu_maps", ReLU()),
    of_features("relu_features", ReLU()),
)
