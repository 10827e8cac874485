"""Networks around layers that hold layers."""

from mnist_compare.architecture import (
    Architecture,
    Auxiliary,
    BatchNorm,
    Branches,
    Convolution,
    Dropout,
    Flatten,
    Linear,
    MaxPooling,
    ReLU,
    Residual,
    StochasticDepth,
)
from mnist_compare.certify.layer_networks.around import of_features, of_maps

_BODY = (Convolution(4, 3, padding=1, bias=False), BatchNorm(), ReLU(), Convolution(4, 3, padding=1))
_INNER = Residual((Convolution(4, 3, padding=1, bias=False), BatchNorm(), Dropout(0.25)))

NETWORKS: tuple[Architecture, ...] = (
    of_maps("residual", Residual(_BODY), ReLU()),
    of_maps("residual_shortcut", Residual((Convolution(6, 3, padding=1, stride=2),), (Convolution(6, 1, stride=2),))),
    of_features("residual_features", Residual((Linear(48), ReLU(), Linear(48)))),
    of_maps("branches", Branches(((Convolution(3, 1), ReLU()), (), (Convolution(2, 3, padding=1),)))),
    of_features("branches_features", Branches(((Linear(5),), (Dropout(0.5), Linear(4), ReLU())))),
    of_maps("auxiliary", Auxiliary((Flatten(), Dropout(0.5), Linear(10)), 0.3), Convolution(4, 3), ReLU()),
    of_maps(
        "nested",  # a residual within a branch within a residual
        Residual((Branches(((Convolution(3, 1),), (_INNER,))), ReLU()), (Convolution(7, 1, bias=False),)),
        Auxiliary((MaxPooling(2), Flatten(), Linear(10)), 0.1),
        MaxPooling(2),
    ),
)

FAULTS_NETWORK = of_maps(
    "ways",
    Residual((Convolution(4, 3, padding=1), BatchNorm(), StochasticDepth(0.3))),
    Auxiliary((Flatten(), Linear(10)), 0.3),
    Branches(((Convolution(3, 1), ReLU()), (Convolution(3, 3, padding=1), ReLU()))),
)
"""In which faults of layers that hold layers are planted."""
