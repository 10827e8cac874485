"""What torch does by its own defaults, where matched mode does what all frameworks do."""

from mnist_compare import defaults
from mnist_compare.defaults import Default

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
    Default(
        name=defaults.ARITHMETIC,
        own="the optimizers of torch.optim, and constants as they are written: other rounding",
        matched="torch's fused updates, and constants rounded to float32",
        where="in every training",
        differs=defaults.always,
    ),
)
