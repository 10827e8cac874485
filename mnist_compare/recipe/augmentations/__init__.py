"""Augmentations: random changes of training images, made by the core and so the same in every backend."""

from mnist_compare.recipe.augmentations.base import Augmentation, PixelChange, is_symmetric
from mnist_compare.recipe.augmentations.choice import augmentation_rules, find_augmentations
from mnist_compare.recipe.augmentations.geometry import Affine, Elastic, Flip, Rotate, Scale, Shear, Shift
from mnist_compare.recipe.augmentations.mixing import CutMix, Mixing, MixUp
from mnist_compare.recipe.augmentations.pixels import Contrast, Erase, Noise

__all__ = [
    "AUGMENTATIONS",
    "Affine",
    "Augmentation",
    "Contrast",
    "CutMix",
    "Elastic",
    "Erase",
    "Flip",
    "MixUp",
    "Mixing",
    "Noise",
    "PixelChange",
    "Rotate",
    "Scale",
    "Shear",
    "Shift",
    "augmentation_rules",
    "find_augmentations",
    "is_symmetric",
]

AUGMENTATIONS: dict[str, Augmentation] = {
    "shift": Shift(),
    "rotate": Rotate(),
    "scale": Scale(),
    "shear": Shear(),
    "elastic": Elastic(),
    "flip": Flip(),
    "erase": Erase(),
    "noise": Noise(),
    "contrast": Contrast(),
    "mixup": MixUp(),
    "cutmix": CutMix(),
}
