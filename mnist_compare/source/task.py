"""A network and its recipe as a program has them."""

from functools import cached_property

from msgspec.structs import replace

from mnist_compare.architecture import Architecture, Auxiliary, Chain, map_layers
from mnist_compare.architecture.rounding import round_layer
from mnist_compare.io.float32 import round_constants
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.normalization import Standardize
from mnist_compare.source.schedules import learning_rate_code


class Task:
    """What a program is written for.

    In float64 all constants but learning rates are those of the matched runs, rounded to float32, and `exact` asks for
    operations that compute in float64 where a framework's own do not.
    """

    def __init__(self, network: Architecture, recipe: Recipe) -> None:
        self.exact = recipe.precision == "float64"
        layers = network.alone.shaped_layers
        # Learning rates are handed out as they are.
        rounded = replace(round_constants(recipe.optimizer), learning_rate=recipe.optimizer.learning_rate)
        self.network = network
        self.layers: Chain = map_layers(layers, round_layer) if self.exact else layers
        self.recipe = replace(recipe, optimizer=rounded) if self.exact else recipe

    def has(self, kind: str) -> bool:
        """Whether a layer of that class, or of one that is derived from it, is in the network."""
        kinds = {base.__name__ for one in self.network.all_layers for base in type(one.layer).__mro__}
        return kind in kinds

    @property
    def is_regression(self) -> bool:
        """Whether the network gives one number."""
        return self.recipe.loss == "mean_squared_error"

    @property
    def heads(self) -> tuple[float, ...]:
        """The weights of its auxiliary losses."""
        return tuple(one.layer.weight for one in self.layers if isinstance(one.layer, Auxiliary))

    @property
    def is_flat(self) -> bool:
        """Whether it is one layer after the other, and none holds others."""
        return not any(shaped.parts for shaped in self.layers)

    @cached_property
    def share(self) -> str:
        """The function `share`, of the learning rate in a step; nothing where the rate is the same throughout."""
        return learning_rate_code(self.recipe)

    @property
    def is_scheduled(self) -> bool:
        """Whether the learning rate changes from step to step."""
        return bool(self.share)

    @property
    def rate(self) -> float:
        """The learning rate of the recipe."""
        return self.recipe.optimizer.learning_rate

    @property
    def normalize(self) -> str:
        """The function `normalize`, of pixels from 0 to 255."""
        found = self.recipe.normalization
        if isinstance(found, Standardize):
            return f"def normalize(pixels):\n    return (pixels / 255 - {found.mean!r}) / {found.std!r}\n"
        if found == "standard":
            return "def normalize(pixels, training):\n    return (pixels - training.mean()) / training.std()\n"
        return "def normalize(pixels):\n    return pixels / 255\n"

    def normalized(self, pixels: str) -> str:
        """The call of `normalize` for the pixels of that name."""
        return f"normalize({pixels}, pixels)" if self.recipe.normalization == "standard" else f"normalize({pixels})"

    @property
    def set_apart(self) -> str:
        """What takes the validation images out of the others."""
        share = self.recipe.validation_split
        if not share:
            return ""
        return (
            "    # Without the last ones; mnist_compare sets a sample apart in which all classes have their share.\n"
            f"    kept = round({1 - share:g} * len(images))\n"
            "    images, labels = images[:kept], labels[:kept]"
        )
