"""What the ledger says of each layer and each part of a training, by the topics of its rows."""

from mnist_compare.architecture import (
    GELU,
    GRU,
    LSTM,
    RNN,
    AdaptiveAveragePooling,
    Attention,
    Auxiliary,
    AveragePooling,
    BatchNorm,
    Branches,
    ChannelDropout,
    Convolution,
    Dropout,
    Flatten,
    GroupNorm,
    InstanceNorm,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPooling,
    Patches,
    Positions,
    Residual,
    Softplus,
    StochasticDepth,
    TransposedConvolution,
)
from mnist_compare.recipe import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, NAdam, Optimizer, RMSprop

RECURRENT = ("gates of recurrent layers", "biases of recurrent layers", "output of both directions")
OF_LAYERS: dict[type[Layer], tuple[str, ...]] = {
    AdaptiveAveragePooling: ("adaptive average pooling",),
    Attention: ("weights of attention", "scale of attention"),
    Auxiliary: ("auxiliary losses",),
    AveragePooling: ("padding of average pooling",),
    BatchNorm: ("batch norm's momentum and epsilon", "batch norm's running variance"),
    Branches: ("sums and branches",),
    ChannelDropout: ("dropout of channels",),
    Convolution: ("layout of convolutions", "padding"),
    Dropout: ("dropout",),
    Flatten: ("flatten",),
    GELU: ("gelu",),
    GRU: ("reset gate of the GRU", *RECURRENT),
    GroupNorm: ("groups of a group norm", "epsilon of layer, instance and group norm"),
    InstanceNorm: ("instance norm", "epsilon of layer, instance and group norm"),
    LSTM: RECURRENT,
    LayerNorm: ("what a layer norm takes together", "epsilon of layer, instance and group norm"),
    LeakyReLU: ("leaky relu",),
    Linear: ("layout of linear layers",),
    LocalResponseNorm: ("local response norm",),
    MaxPooling: ("padding of max pooling",),
    Patches: ("patches and positions",),
    Positions: ("patches and positions",),
    RNN: RECURRENT,
    Residual: ("sums and branches",),
    Softplus: ("softplus",),
    StochasticDepth: ("stochastic depth",),
    TransposedConvolution: ("transposed convolution",),
}
OF_OPTIMIZERS: dict[type[Optimizer], tuple[str, ...]] = {
    Adadelta: ("Adadelta",),
    Adagrad: ("Adagrad",),
    Adam: ("Adam's epsilon", "Adam's powers of beta", "weight decay of SGD and Adam"),
    AdamW: ("Adam's epsilon", "Adam's powers of beta", "weight decay of AdamW"),
    Adamax: ("Adamax",),
    Lion: ("Lion",),
    NAdam: ("NAdam",),
    RMSprop: ("RMSprop",),
    SGD: ("SGD with momentum", "weight decay of SGD and Adam"),
}
NEEDED = {
    "output of both directions": "bidirectional",
    "padding": "padding",
    "padding of average pooling": "padding",
    "padding of max pooling": "padding",
}
"""What a layer must have for a topic to concern it."""


def topics_of(layer: Layer) -> tuple[str, ...]:
    """The topics that concern a layer."""
    found = OF_LAYERS.get(type(layer), ())
    return tuple(topic for topic in found if topic not in NEEDED or getattr(layer, NEEDED[topic]))
