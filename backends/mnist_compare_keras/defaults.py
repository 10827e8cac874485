"""What Keras does by its own defaults, where matched mode does what all frameworks do."""

from math import radians, tan

from mnist_compare import defaults
from mnist_compare.architecture import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LeakyReLU
from mnist_compare.defaults import Default, Number
from mnist_compare.recipe import Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RMSprop
from mnist_compare.recipe.augmentations import (
    Augmentation,
    Contrast,
    CutMix,
    Erase,
    MixUp,
    Rotate,
    Scale,
    Shear,
    Shift,
    is_symmetric,
)

EPSILON, MOMENTUM_FORM, WEIGHT_DECAY, RHO, FIRST_SUM, MOMENTUM_DECAY = OF_OPTIMIZERS = (
    "epsilon",
    "momentum-form",
    "weight-decay",
    "rho",
    "first-sum",
    "momentum-decay",
)
KERAS_DECAY = 1.0
"""What Keras's Nadam has for `momentum_decay`, which cannot be set there."""


def has_transform(one: Augmentation, channels: int) -> bool:
    """Whether Keras has a layer for an augmentation with these numbers: its shear and its contrast go as far in one
    direction as in the other, and what it erases is of any form.
    """
    match one:
        case Scale():
            return one.factor[0] >= 0.5
        case Shear():
            return is_symmetric(one.degrees) and tan(radians(one.degrees[1])) <= 1
        case Erase():
            return one.ratio == Erase().ratio
        case Contrast():
            return is_symmetric(one.factor, 1.0)
        case CutMix():
            return one.alpha <= 1
    return isinstance(one, Rotate | Shift | MixUp)


DEFAULTS = (
    defaults.initializer("Glorot uniform, biases 0, drawn by Keras's generator"),
    defaults.generator("dropout masks from Keras's generator"),
    Default(
        name=EPSILON,
        own="epsilon is 1e-7; Adam and AdamW add it before the bias correction, RMSprop and Adagrad in the root, "
        "Adamax where the largest gradient is used",
        matched="1e-8 (Adadelta 1e-6, Adagrad 1e-10), added after the bias correction, to the root, and where the "
        "largest gradient is kept",
        where="in Adam and its relatives, Adadelta, RMSprop and Adagrad",
        differs=defaults.trains_with(Adam, AdamW, Adamax, RMSprop, Adagrad),
        numbers=tuple(
            Number(kind, "epsilon", 1e-7) for kind in (Adam, AdamW, NAdam, Adamax, Adadelta, RMSprop, Adagrad)
        ),
    ),
    Default(
        name=RHO,
        own="a mean of squares keeps 0.95 in Adadelta, 0.9 in RMSprop",
        matched="0.9 in Adadelta, 0.99 in RMSprop",
        where="in Adadelta and RMSprop of which the recipe does not say it",
        numbers=(Number(Adadelta, "rho", 0.95), Number(RMSprop, "rho", 0.9)),
    ),
    Default(
        name=FIRST_SUM,
        own="the sum of squares of Adagrad begins with 0.1",
        matched="with 0",
        where="in Adagrad of which the recipe does not say it",
        numbers=(Number(Adagrad, "first_sum", 0.1),),
    ),
    Default(
        name=MOMENTUM_DECAY,
        own="the momentum of Nadam grows as with a momentum_decay of 1",
        matched="as with 0.004",
        where="in NAdam of which the recipe does not say it",
        numbers=(Number(NAdam, "momentum_decay", KERAS_DECAY),),
    ),
    Default(
        name=MOMENTUM_FORM,
        own="the learning rate is inside the velocity of SGD and RMSprop",
        matched="it multiplies the velocity",
        where="in SGD and RMSprop with momentum, where the learning rate changes",
        differs=defaults.has_scheduled_momentum,
    ),
    Default(
        name=WEIGHT_DECAY,
        own="decoupled in every optimizer; in AdamW 0.004 where the recipe says nothing",
        matched="added to the gradient in all but AdamW and Lion; 0.01 in AdamW",
        where="where weights decay",
        differs=defaults.has_coupled_decay,
        numbers=(Number(AdamW, "weight_decay", 0.004),),
    ),
    Default(
        name="norm-epsilon",
        own="epsilon of batch, layer, instance and group norm is 1e-3",
        matched="1e-5",
        where="in these of which the network does not say it",
        numbers=tuple(Number(kind, "epsilon", 1e-3) for kind in (BatchNorm, LayerNorm, InstanceNorm, GroupNorm)),
    ),
    Default(
        name="norm-momentum",
        own="a batch is 0.01 of the running statistics of batch norm",
        matched="0.1",
        where="in batch norm of which the network does not say it",
        numbers=(Number(BatchNorm, "momentum", 0.01),),
    ),
    Default(
        name="leaky-slope",
        own="the slope of leaky ReLU is 0.3",
        matched="0.01",
        where="in leaky ReLU of which the network does not say it",
        numbers=(Number(LeakyReLU, "slope", 0.3),),
    ),
    defaults.augmentation(
        own="Keras's layers, one after the other: beyond the edge images go on as their mirror images, a shear leaves "
        "the top row in its place, and each image is mixed with a share of its own",
        where="where the recipe rotates, shifts or mixes images (CutMix with an alpha up to 1), scales them by 0.5 or "
        "more, shears them or changes their contrast as far in one direction as in the other, or erases and says no "
        "ratio",
        takes=has_transform,
    ),
    Default(
        name=defaults.ARITHMETIC,
        own="Keras's own optimizers (Adam's moments by difference, powers of beta in the type of the network), and "
        "constants as they are written: other rounding",
        matched="the sums of the papers, powers of beta in float64, constants rounded to float32",
        where="in Adam and its relatives, in SGD and RMSprop with momentum and a steady rate, and where a constant is "
        "no float32",
        differs=defaults.any_of(
            defaults.trains_with(Adam, AdamW, NAdam, Adamax),
            defaults.has_steady_momentum,
            defaults.has_rounded_numbers,
            defaults.has_other_kinds,
        ),
    ),
)
