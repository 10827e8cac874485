"""Small networks, each around one kind of layer, a family in each file: every kind is certified by them.

`certify --suite layers` trains each of them in every backend, and so do the tests. In FAULT_NETWORKS, which have
several kinds each, faults are planted: few networks, so that the self-test stays quick.
"""

from mnist_compare.architecture import Architecture
from mnist_compare.certify.layer_networks import (
    activation,
    composition,
    convolution,
    dropout,
    linear,
    normalization,
    pooling,
    sequence,
)

__all__ = ["FAULT_NETWORKS", "LAYER_NETWORKS"]

_FAMILIES = (convolution, pooling, activation, normalization, dropout, linear, composition, sequence)

LAYER_NETWORKS: dict[str, Architecture] = {network.name: network for family in _FAMILIES for network in family.NETWORKS}

FAULT_NETWORKS: tuple[Architecture, ...] = (
    composition.FAULTS_NETWORK,
    normalization.NORMS,
    *sequence.FAULTS_NETWORKS,
    convolution.FAULTS_NETWORK,
    pooling.FAULTS_NETWORK,
    activation.FAULTS_NETWORK,
)
