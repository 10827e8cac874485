"""What Paddle does by its own defaults, where matched mode does what all frameworks do."""

from mnist_compare import defaults
from mnist_compare.defaults import Default

DEFAULTS = (
    Default(
        name=defaults.INITIALIZER,
        own="normal in convolutions, Xavier uniform in linear layers, biases 0, drawn by Paddle's generator",
        matched="drawn once with NumPy, by the initializer of the network",
        where="in every network with weights",
        differs=defaults.has_drawn_weights,
    ),
    Default(
        name=defaults.GENERATOR,
        own="dropout masks from Paddle's generator",
        matched="masks made once with NumPy",
        where="where there is dropout",
        differs=defaults.has_dropout,
    ),
    Default(
        name=defaults.ARITHMETIC,
        own="constants as they are written: other rounding",
        matched="constants rounded to float32",
        where="where a constant of optimizer or layers is no float32",
        differs=defaults.any_of(defaults.has_rounded_numbers, defaults.has_other_kinds),
    ),
)
