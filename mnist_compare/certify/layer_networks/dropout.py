"""Networks around dropouts."""

from mnist_compare.architecture import Architecture, ChannelDropout, Dropout, StochasticDepth
from mnist_compare.certify.layer_networks.around import of_features, of_maps

NETWORKS: tuple[Architecture, ...] = (
    of_maps("dropout_maps", Dropout(0.3)),
    of_features("dropout_features", Dropout(0.5)),
    of_maps("channel_dropout", ChannelDropout(0.4)),
    of_maps("stochastic_depth_maps", StochasticDepth(0.3)),
    of_features("stochastic_depth_features", StochasticDepth(0.5)),
)
