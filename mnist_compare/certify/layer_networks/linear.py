"""Networks around linear layers."""

from mnist_compare.architecture import Architecture, Linear
from mnist_compare.certify.layer_networks.around import of_features

NETWORKS: tuple[Architecture, ...] = (
    of_features("linear_bias", Linear(12)),
    of_features("linear_no_bias", Linear(12, bias=False)),
)
