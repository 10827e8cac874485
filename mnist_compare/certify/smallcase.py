"""The small trainings of the self-test, in which planted faults show themselves, and of the kit for backends.

They are made so that no fault can hide: epochs end in a smaller batch, learning rates change, pooling has ties and
windows left over, and there are gradients as small as Adam's epsilon.
"""

from functools import cache

import msgspec
import numpy as np

from mnist_compare.architecture import (
    Architecture,
    BatchNorm,
    Convolution,
    Dropout,
    Flatten,
    Linear,
    MaxPooling,
    ReLU,
    Softplus,
)
from mnist_compare.architecture.documented import find_architecture
from mnist_compare.certify.layer_networks import FAULT_NETWORKS
from mnist_compare.certify.trace import TraceSpec
from mnist_compare.data import Dataset, NormalizedData, load_dataset, normalize, subset
from mnist_compare.io.registry import tag_of
from mnist_compare.recipe import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    Optimizer,
    Recipe,
    RMSprop,
    find_recipe,
)
from mnist_compare.recipe.augmentations import MixUp, Rotate
from mnist_compare.recipe.schedules import OneCycle, Plateau, Step
from mnist_compare.records.spec import RunSpec
from mnist_compare.runner.data_spec import describe_data

IMAGES = 100  # three batches of 32 and one of 4
SEED = 7


class SmallCase(msgspec.Struct, frozen=True):
    """A small training in float64. `brightness` is what the pixels, 0 to 1, are multiplied with; `images` counts those
    of the training.
    """

    architecture: Architecture
    recipe: Recipe
    brightness: float = 1.0
    images: int = IMAGES

    @property
    def name(self) -> str:
        """The name of its network."""
        return self.architecture.name

    def arrays(self) -> NormalizedData:
        """Its images."""
        return normalize(self._dataset(), dtype=np.float64, statistics=(0.0, 1 / self.brightness))

    def spec(self, backend: str) -> TraceSpec:
        """What to trace of a backend: every array after every step."""
        dataset = self._dataset()
        data = describe_data(dataset, dataset)
        run = RunSpec(backend, self.architecture, self.recipe, data, seed=SEED, device="cpu")
        steps = self.recipe.epochs * self.recipe.steps_per_epoch(data.train_size)
        return TraceSpec(run, steps, tuple(range(1, steps + 1)), IMAGES)

    def _dataset(self) -> Dataset:
        return _dataset(self.images, self.recipe.validation_split)


@cache
def _dataset(images: int, validation_split: float) -> Dataset:
    return subset(load_dataset("mnist"), train_size=images, test_size=IMAGES, validation_split=validation_split)


def _recipe(optimizer: Optimizer, **others: object) -> Recipe:
    return msgspec.structs.replace(
        Recipe("self-test", optimizer=optimizer, batch_size=32, epochs=3, precision="float64"), **others
    )


_DENSE = Architecture(
    "dense", (Flatten(), Linear(16), ReLU(), Linear(16), ReLU(), Linear(10)), initializer="glorot_uniform"
)
# The images are so faint that the gradients of the first weights are as small as Adam's epsilon, and the loss is
# blind to what becomes of these weights.
_FAINT = Architecture("faint", (Flatten(), Linear(12), ReLU(), Linear(10)))
# The images are so bright that losses of single samples are above 64.
_BRIGHT = Architecture("bright", (Flatten(), Linear(10)))
# The images are so bright that softplus has inputs above 20, where frameworks may take the input itself for it.
_STEEP = Architecture("steep", (Convolution(3, 7, stride=7), Softplus(), Flatten(), Linear(10)))
# One image a batch, and a second moment that forgets at once: it is large, and then the square of a small gradient.
_SINGLE = Architecture("single", (Flatten(), Linear(10)), initializer="he_normal")
# Pixels of the border never light up: batch norm makes an exact 0 of them, where relu has its corner.
_NUMBER = Architecture("number", (Flatten(), BatchNorm(), ReLU(), Linear(1)), output="number")
_MAPS = Architecture(
    "maps",
    (
        Convolution(4, 3, padding=1, stride=2),
        ReLU(),
        MaxPooling(2),
        Convolution(4, 3, padding=1, bias=False),
        BatchNorm(),
        ReLU(),
        Dropout(0.3),
        MaxPooling(2),  # 7x7 to 3x3: a row and a column are left over, which the next layer would take in
        Convolution(6, 5, padding=2, stride=2),
        Flatten(),
        Dropout(0.2),
        Linear(10),
    ),
    initializer="he_normal",
)


# No epoch improves the loss by so much.
_PLATEAU = Plateau(factor=0.5, patience=1, threshold=1.0)


def _further(optimizer: Optimizer, name: str = "", **others: object) -> SmallCase:
    """Four steps of one linear layer by an optimizer, at learning rates that change."""
    architecture = Architecture(name or tag_of(optimizer), (Flatten(), Linear(10)), initializer="he_normal")
    usual = {"schedule": OneCycle(start=3.0, final=2.0), "batch_size": 50, "epochs": 2}
    return SmallCase(architecture, _recipe(optimizer, **usual | others))


FAULT_CASES: dict[str, SmallCase] = {
    case.name: case
    for case in (
        SmallCase(_DENSE, _recipe(SGD(0.05, momentum=0.9, nesterov=True, weight_decay=0.01), schedule=OneCycle())),
        SmallCase(_FAINT, _recipe(AdamW(0.003, weight_decay=0.1)), brightness=1e-7),
        # Few images: after some more steps of this, rounding alone would lead as far.
        SmallCase(_SINGLE, _recipe(Adam(0.001, beta1=0.7, beta2=0.0, epsilon=1e-3), batch_size=1, epochs=1), images=12),
        SmallCase(_BRIGHT, _recipe(SGD(1e-6)), brightness=300.0),
        SmallCase(
            _NUMBER,
            _recipe(Adam(0.003, epsilon=1e-6, weight_decay=0.02), schedule=Step(1, 0.5), loss="mean_squared_error"),
        ),
        SmallCase(_MAPS, _recipe(SGD(0.05, momentum=0.9))),
        SmallCase(_STEEP, _recipe(SGD(1e-6), epochs=1), brightness=60.0),
        *(SmallCase(network, _recipe(SGD(0.05, momentum=0.9))) for network in FAULT_NETWORKS),
        _further(Adadelta(0.5)),
        _further(RMSprop(0.003, epsilon=1e-6, momentum=0.8, centered=True)),
        _further(Adagrad(0.02, epsilon=1e-6)),
        _further(NAdam(0.004, epsilon=1e-6)),
        _further(Adamax(0.004, epsilon=1e-6)),
        _further(Lion(0.001, weight_decay=0.1)),
        _further(SGD(0.05, momentum=0.9), "averaged", ema_decay=0.8),
        _further(SGD(0.05), "plateau", schedule=_PLATEAU, epochs=4, validation_split=0.2),
        _further(SGD(0.05, momentum=0.9), "clipped", clip_value=0.05, clip_norm=0.4),
        _further(
            SGD(0.05, momentum=0.9),
            "weighted",
            label_smoothing=0.2,
            class_weights=tuple(0.5 + 0.3 * i for i in range(10)),
        ),
        SmallCase(
            msgspec.structs.replace(_MAPS, name="frozen"),
            _recipe(SGD(0.05, momentum=0.9), epochs=1, freeze=("conv1", "norm*")),
        ),
        _further(SGD(0.05, momentum=0.9), "mixed", label_smoothing=0.2, augmentation=(Rotate(), MixUp(alpha=2.0))),
    )
}


def _documented(name: str) -> SmallCase:
    architecture = find_architecture(name)
    assert isinstance(architecture.recipe, str)
    recipe = msgspec.structs.replace(find_recipe(architecture.recipe), epochs=1, precision="float64")
    return SmallCase(architecture, recipe)


DOCUMENTED_CASES: dict[str, SmallCase] = {
    name: _documented(name) for name in ("linear", "mlp", "cnn", "lenet", "convnet")
}
CASES = FAULT_CASES | DOCUMENTED_CASES
