"""What Keras does by its own defaults, where matched mode does what all frameworks do."""

from mnist_compare import defaults
from mnist_compare.architecture import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from mnist_compare.defaults import Default, Number
from mnist_compare.recipe import Adam, AdamW

EPSILON, MOMENTUM_FORM, WEIGHT_DECAY = OF_OPTIMIZERS = ("epsilon", "momentum-form", "weight-decay")

DEFAULTS = (
    defaults.initializer("Glorot uniform, biases 0, drawn by Keras's generator"),
    defaults.generator("dropout masks from Keras's generator"),
    Default(
        name=EPSILON,
        own="epsilon of Adam and AdamW is 1e-7, added before the bias correction",
        matched="1e-8, added after it",
        where="in Adam and AdamW",
        differs=defaults.trains_with(Adam, AdamW),
        numbers=(Number(Adam, "epsilon", 1e-7), Number(AdamW, "epsilon", 1e-7)),
    ),
    Default(
        name=MOMENTUM_FORM,
        own="the learning rate is inside the velocity of SGD",
        matched="it multiplies the velocity",
        where="in SGD with momentum, where the learning rate changes",
        differs=defaults.has_scheduled_momentum,
    ),
    Default(
        name=WEIGHT_DECAY,
        own="decoupled in SGD and Adam too; in AdamW 0.004 where the recipe says nothing",
        matched="added to the gradient in SGD and Adam; 0.01 in AdamW",
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
        name=defaults.ARITHMETIC,
        own="Keras's own optimizers (Adam's moments by difference, powers of beta in the type of the network), and "
        "constants as they are written: other rounding",
        matched="the sums of the papers, powers of beta in float64, constants rounded to float32",
        where="in Adam and AdamW, in SGD with momentum and a steady rate, and where a constant is no float32",
        differs=defaults.any_of(
            defaults.trains_with(Adam, AdamW),
            defaults.has_steady_momentum,
            defaults.has_rounded_numbers,
            defaults.has_other_kinds,
        ),
    ),
)
