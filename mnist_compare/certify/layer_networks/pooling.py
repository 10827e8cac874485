"""Networks around poolings."""

from mnist_compare.architecture import Architecture, MaxPooling
from mnist_compare.certify.layer_networks.around import of_maps

NETWORKS: tuple[Architecture, ...] = (
    of_maps("max_pooling", MaxPooling(2)),
    of_maps("max_pooling_overlapping", MaxPooling(3, stride=2)),
)
