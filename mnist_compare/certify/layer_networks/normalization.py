"""Networks around normalizations."""

from mnist_compare.architecture import Architecture, BatchNorm
from mnist_compare.certify.layer_networks.around import of_features, of_maps

NETWORKS: tuple[Architecture, ...] = (
    of_maps("batch_norm_maps", BatchNorm()),
    of_features("batch_norm_features", BatchNorm(momentum=0.3, epsilon=1e-3)),
)
