"""Networks around normalizations."""

from mnist_compare.architecture import (
    Architecture,
    BatchNorm,
    ChannelDropout,
    Convolution,
    Flatten,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Patches,
    ReLU,
    SequenceMean,
)
from mnist_compare.certify.layer_networks.around import of_features, of_maps

_BARE = (
    GroupNorm(2, scale=False, shift=False),
    ReLU(),
    InstanceNorm(scale=False, shift=False),
    ReLU(),
    LayerNorm(scale=False, shift=False),
    ReLU(),
    BatchNorm(scale=False, shift=False),
)

NETWORKS: tuple[Architecture, ...] = (
    of_maps("batch_norm_maps", BatchNorm()),
    of_features("batch_norm_features", BatchNorm(momentum=0.3, epsilon=1e-3)),
    of_maps("batch_norm_no_scale", BatchNorm(scale=False)),
    of_features("batch_norm_no_shift", BatchNorm(shift=False)),
    of_maps("layer_norm_maps", LayerNorm()),
    of_features("layer_norm_features", LayerNorm(epsilon=1e-3, scale=False)),
    Architecture("layer_norm_sequence", (Patches(6, 7), LayerNorm(), SequenceMean(), Linear(10))),
    of_maps("instance_norm", InstanceNorm(epsilon=1e-3)),
    of_maps("instance_norm_no_shift", InstanceNorm(shift=False)),
    of_maps("group_norm", GroupNorm(2)),
    of_maps("group_norm_no_scale", GroupNorm(2, epsilon=1e-3, scale=False)),
    of_maps("local_response_norm", LocalResponseNorm(3, alpha=0.5, beta=0.4, k=2.0)),
    of_maps("bare_norms", *_BARE),
)

NORMS = Architecture(
    "norms",
    (
        Convolution(6, 3, padding=1, stride=4),
        LocalResponseNorm(3, alpha=0.5),
        GroupNorm(3),
        ReLU(),
        ChannelDropout(0.3),
        Convolution(3, 3),
        InstanceNorm(),
        ReLU(),
        LayerNorm(),
        Flatten(),
        Linear(10),
    ),
    initializer="he_normal",
)
