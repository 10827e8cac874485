"""What Paddle does by its own defaults, where matched mode does what all frameworks do."""

from mnist_compare import defaults
from mnist_compare.defaults import Default

DEFAULTS = (
    defaults.initializer(
        "normal in convolutions, Xavier uniform in linear layers, biases 0, drawn by Paddle's generator"
    ),
    defaults.generator("dropout masks from Paddle's generator"),
    Default(
        name=defaults.ARITHMETIC,
        own="constants as they are written: other rounding",
        matched="constants rounded to float32",
        where="where a constant of optimizer or layers is no float32",
        differs=defaults.any_of(defaults.has_rounded_numbers, defaults.has_other_kinds),
    ),
)
