"""What torch does by its own defaults, where matched mode does what all frameworks do."""

from mnist_compare import defaults
from mnist_compare.defaults import Default
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


def has_transform(one: Augmentation, channels: int) -> bool:
    """Whether torchvision has a transform for an augmentation of images with so many channels: its shifts go as far in
    one direction as in the other, its contrast is of one channel or three.
    """
    if isinstance(one, Shift):
        return is_symmetric(one.vertical) and is_symmetric(one.horizontal)
    if isinstance(one, Contrast):
        return channels in (1, 3)
    return isinstance(one, Rotate | Scale | Shear | Erase | MixUp | CutMix)


DEFAULTS = (
    defaults.initializer("uniform up to 1 / sqrt(fan_in), biases too, drawn by torch's generator"),
    defaults.generator("dropout masks from torch's generator"),
    Default(
        name="running-variance",
        own="the running variance of batch norm is the unbiased one",
        matched="the biased one",
        where="where there is batch norm",
        differs=defaults.has_batch_norm,
    ),
    defaults.augmentation(
        own="torchvision's transforms (v2), one after the other: the nearest pixel, shifts by whole pixels",
        where="where the recipe rotates, scales, shears, erases or mixes images, changes the contrast of 1 or 3 "
        "channels, or shifts as far in one direction as in the other",
        takes=has_transform,
    ),
    Default(
        name=defaults.ARITHMETIC,
        own="the optimizers of torch.optim, and constants as they are written: other rounding",
        matched="torch's fused updates, and constants rounded to float32",
        where="in every training",
        differs=defaults.always,
    ),
)
