"""Networks around convolutions."""

from mnist_compare.architecture import Architecture, Convolution, TransposedConvolution
from mnist_compare.certify.layer_networks.around import of_maps

NETWORKS: tuple[Architecture, ...] = (
    of_maps("convolution", Convolution(5, 3)),
    of_maps("convolution_strided", Convolution(5, 4, padding=1, stride=2, bias=False)),
    of_maps("convolution_rectangular", Convolution(5, (2, 3), stride=(2, 1))),
    of_maps("convolution_dilated", Convolution(5, (3, 2), padding=1, dilation=(2, 3))),
    of_maps("convolution_groups", Convolution(6, 3, padding=1, groups=2)),
    of_maps("convolution_depthwise", Convolution(4, 3, padding=1, stride=2, groups=4)),
    of_maps("convolution_depthwise_wider", Convolution(8, 3, groups=4, bias=False)),
    of_maps("convolution_padded_by_side", Convolution(5, 3, padding=(2, 0, 1, 3))),
    of_maps("convolution_same_even", Convolution(5, 4, padding="same")),
    of_maps("convolution_same_strided", Convolution(5, (3, 2), padding="same", stride=2)),
    of_maps("convolution_same_dilated", Convolution(4, 2, padding="same", dilation=2, groups=2)),
    of_maps("transposed_convolution", TransposedConvolution(3, 3)),
    of_maps("transposed_convolution_strided", TransposedConvolution(3, 3, padding=1, stride=2, output_padding=1)),
    of_maps("transposed_convolution_gaps", TransposedConvolution(3, (2, 1), stride=(2, 3), bias=False)),
)

FAULTS_NETWORK = Architecture(
    "convolutions",
    (
        Convolution(4, (3, 5), padding="same", stride=2),
        Convolution(4, 2, padding="same", dilation=2, groups=2),
        Convolution(4, 3, padding=(3, 1, 1, 3), dilation=2),
        TransposedConvolution(3, 3, padding=1, stride=2, output_padding=1),
        *of_maps("", Convolution(4, 4, stride=4)).layers[1:],
    ),
    initializer="he_normal",
)
