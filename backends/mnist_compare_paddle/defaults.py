"""What Paddle does by its own defaults, where matched mode does what all frameworks do."""

from mnist_compare import defaults
from mnist_compare.architecture import AdaptiveAveragePooling, AveragePooling, GlobalAveragePooling, LeakyReLU
from mnist_compare.defaults import Default, Number
from mnist_compare.recipe import Adadelta, Adagrad, Adamax, NAdam, RMSprop
from mnist_compare.recipe.augmentations import Augmentation, Contrast, Erase, Rotate, Scale, Shear, Shift, is_symmetric

EPSILON, MOMENTUM_FORM, RHO = OF_OPTIMIZERS = ("epsilon", "momentum-form", "rho")
AVERAGES = (AveragePooling, AdaptiveAveragePooling, GlobalAveragePooling)


def has_transform(one: Augmentation, channels: int) -> bool:
    """Whether Paddle has a transform for an augmentation of images with so many channels: its shifts and its contrast
    go as far in one direction as in the other, and contrast is of one channel or three.
    """
    if isinstance(one, Shift):
        return is_symmetric(one.vertical) and is_symmetric(one.horizontal)
    if isinstance(one, Contrast):
        return channels in (1, 3) and is_symmetric(one.factor, 1.0)
    return isinstance(one, Rotate | Scale | Shear | Erase)


DEFAULTS = (
    defaults.initializer(
        "normal in convolutions, Xavier uniform in linear layers, biases 0, drawn by Paddle's generator"
    ),
    defaults.generator("dropout masks from Paddle's generator"),
    Default(
        name=EPSILON,
        own="epsilon is 1e-6 in RMSprop and Adagrad; RMSprop adds it in the root, Adamax to what the largest gradient "
        "keeps",
        matched="1e-8 in RMSprop, 1e-10 in Adagrad, added to the root, and to the gradient",
        where="in RMSprop, Adagrad and Adamax",
        differs=defaults.trains_with(RMSprop, Adamax),
        numbers=(Number(RMSprop, "epsilon", 1e-6), Number(Adagrad, "epsilon", 1e-6)),
    ),
    Default(
        name=RHO,
        own="a mean of squares keeps 0.95 in Adadelta and RMSprop",
        matched="0.9 in Adadelta, 0.99 in RMSprop",
        where="in Adadelta and RMSprop of which the recipe does not say it",
        numbers=(Number(Adadelta, "rho", 0.95), Number(RMSprop, "rho", 0.95)),
    ),
    Default(
        name=MOMENTUM_FORM,
        own="the learning rate is inside the velocity of RMSprop",
        matched="it multiplies the velocity",
        where="in RMSprop with momentum",
        differs=defaults.trains_with_momentum(RMSprop),
    ),
    Default(
        name="leaky-relu",
        own="the gradient of leaky ReLU at 0 is 1",
        matched="it is the slope",
        where="where there is leaky ReLU",
        differs=defaults.has_layer(LeakyReLU),
    ),
    Default(
        name="counted-padding",
        own="average pooling does not count its padding",
        matched="it does",
        where="in average pooling of which the network does not say it",
        numbers=(Number(AveragePooling, "count_padding", False),),
    ),
    defaults.augmentation(
        own="paddle.vision.transforms, one after the other: the nearest pixel, shifts by whole pixels",
        where="where the recipe rotates, scales, shears or erases images, or, as far in one direction as in the other, "
        "shifts them or changes the contrast of 1 or 3 channels",
        takes=has_transform,
    ),
    Default(
        name=defaults.ARITHMETIC,
        own="Paddle's own optimizers, constants as they are written, and the share of a pixel in average pooling as a "
        "float32: other rounding",
        matched="RMSprop, NAdam, Adamax and Lion in plain operations, constants rounded to float32, that share in "
        "float64",
        where="in RMSprop, NAdam and Adamax, where a constant of optimizer or layers is no float32, and in average "
        "pooling in float64",
        differs=defaults.any_of(
            defaults.trains_with(RMSprop, NAdam, Adamax),
            defaults.has_rounded_numbers,
            defaults.has_other_kinds,
            defaults.in_float64(defaults.has_layer(*AVERAGES)),
        ),
    ),
)
