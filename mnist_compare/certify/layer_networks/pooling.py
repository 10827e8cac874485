"""Networks around poolings."""

from mnist_compare.architecture import (
    AdaptiveAveragePooling,
    Architecture,
    AveragePooling,
    Convolution,
    GlobalAveragePooling,
    MaxPooling,
)
from mnist_compare.certify.layer_networks.around import of_maps

NETWORKS: tuple[Architecture, ...] = (
    of_maps("max_pooling", MaxPooling(2)),
    of_maps("max_pooling_overlapping", MaxPooling(3, stride=2)),
    of_maps("max_pooling_padded", MaxPooling(3, stride=2, padding=1)),
    of_maps("max_pooling_half_padded", MaxPooling(2, padding=1)),
    of_maps("max_pooling_rectangular", MaxPooling((3, 2), stride=(1, 2), padding=1)),
    of_maps("average_pooling", AveragePooling(2)),
    of_maps("average_pooling_overlapping", AveragePooling((2, 3), stride=(2, 1))),
    of_maps("average_pooling_padded", AveragePooling(3, stride=2, padding=1)),
    of_maps("average_pooling_padding_not_counted", AveragePooling(3, stride=2, padding=1, count_padding=False)),
    of_maps("average_pooling_uneven_not_counted", AveragePooling(4, stride=3, padding=2, count_padding=False)),
    of_maps("global_average_pooling", Convolution(12, 3), GlobalAveragePooling()),
    of_maps("adaptive_average_pooling", AdaptiveAveragePooling((3, 5))),
)

FAULTS_NETWORK = Architecture(
    "poolings",
    (
        Convolution(4, 3, padding=1),
        MaxPooling(3, stride=2, padding=1),
        AveragePooling(3, stride=1, padding=1),
        AveragePooling(4, stride=1, padding=2, count_padding=False),
        *of_maps("", AdaptiveAveragePooling(4)).layers[1:],
    ),
    initializer="he_normal",
)
