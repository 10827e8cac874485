"""Networks around activations."""

from mnist_compare.architecture import (
    ELU,
    GELU,
    Architecture,
    BatchNorm,
    Convolution,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from mnist_compare.certify.layer_networks.around import of_maps

KINDS: dict[str, Layer] = {
    "relu": ReLU(),
    "leaky_relu": LeakyReLU(),
    "elu": ELU(0.7),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "silu": SiLU(),
    "gelu": GELU(),
    "gelu_approximate": GELU(approximate=True),
    "softplus": Softplus(),
    "softmax": Softmax(),
}

# Each of maps, and of features.
NETWORKS: tuple[Architecture, ...] = tuple(
    of_maps(name, kind, Flatten(), Linear(12), kind) for name, kind in KINDS.items()
)

FAULTS_NETWORK = Architecture(
    "activations",
    (
        # Blank corners come out as exact zeros, with the biases 0: the corner of leaky ReLU and ELU.
        Convolution(4, 3, stride=4),
        LeakyReLU(0.1),
        Convolution(8, 3, stride=2),
        ELU(0.7),
        Softmax(),
        Flatten(),
        BatchNorm(),
        Tanh(),
        Linear(16),
        GELU(),
        Linear(16),
        GELU(approximate=True),
        Linear(16),
        SiLU(),
        Linear(16),
        Softplus(),
        Linear(16),
        Sigmoid(),
        Linear(10),
    ),
    initializer="he_normal",
)
