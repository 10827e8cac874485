"""Networks around convolutions."""

from mnist_compare.architecture import Architecture, Convolution
from mnist_compare.certify.layer_networks.around import of_maps

NETWORKS: tuple[Architecture, ...] = (
    of_maps("convolution", Convolution(5, 3)),
    of_maps("convolution_strided", Convolution(5, 4, padding=1, stride=2, bias=False)),
)
