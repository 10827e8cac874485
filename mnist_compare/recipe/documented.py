"""The recipes of the documents, and how a recipe is found by its name or its file."""

from pathlib import Path

from mnist_compare.errors import UsageError, unknown
from mnist_compare.io.reading import user_path
from mnist_compare.io.toml import read_toml
from mnist_compare.recipe.normalization import Standardize
from mnist_compare.recipe.optimizers import SGD, Adadelta, Adam
from mnist_compare.recipe.recipe import Recipe
from mnist_compare.recipe.schedules import Cosine, OneCycle, Step

_DOCUMENTED = (
    Recipe("linear", loss="mean_squared_error", optimizer=SGD(0.001), batch_size=16, epochs=10),
    Recipe("mlp", optimizer=SGD(0.01), batch_size=20, epochs=30, shuffle=False),
    Recipe("cnn", optimizer=Adam(0.001), batch_size=60, epochs=10),
    Recipe("lenet", optimizer=Adam(0.001), batch_size=32, epochs=10),
    Recipe("convnet", optimizer=SGD(0.01), batch_size=64, epochs=50),
    # Of this project, for the classic networks. With a constant rate the last few steps move the accuracy of a deep one
    # by a percent or two, and rounding with them.
    Recipe("classic", optimizer=Adam(0.001), schedule=Cosine(), batch_size=64, epochs=5),
    # The pixels as torchvision prepares them for its published weights.
    Recipe(
        "imagenet",
        optimizer=Adam(0.001),
        schedule=Cosine(),
        batch_size=32,
        epochs=5,
        normalization=Standardize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
    ),
    Recipe(
        "speedrun",
        optimizer=Adam(0.008, beta1=0.7, beta2=0.9),
        schedule=OneCycle(warmup=0.2),
        batch_size=128,
        epochs=1,
        normalization="standard",
    ),
    Recipe(
        "pytorch_example",
        optimizer=Adadelta(1.0),
        schedule=Step(every=1, factor=0.7),
        batch_size=64,
        epochs=14,
        normalization=Standardize(0.1307, 0.3081),
    ),
    Recipe("keras_example", optimizer=Adam(0.001), batch_size=128, epochs=15, validation_split=0.1),
    Recipe(
        "paddle_example", optimizer=Adam(0.001), batch_size=64, epochs=5, normalization=Standardize(mean=0.5, std=0.5)
    ),
)
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in _DOCUMENTED}


def find_recipe(name: str) -> Recipe:
    """The documented recipe of that name, or the one in the TOML file of that path; raises UsageError."""
    if name in RECIPES:
        return RECIPES[name]
    if name.endswith(".toml"):
        return read_recipe(user_path(name))
    raise unknown("recipe", name, RECIPES, "Or give the path of a .toml file.")


def read_recipe(path: Path) -> Recipe:
    """The recipe that a TOML file describes; raises UsageError, for a file that says nothing too."""
    recipe = read_toml(path, Recipe, "a recipe", UsageError)
    if recipe == Recipe() and not read_toml(path, dict, "a recipe", UsageError):
        fields = ", ".join(Recipe.__struct_fields__)
        raise UsageError(f"{path} does not describe a recipe: nothing stands in it. Valid: {fields}.")
    try:
        return recipe.check()
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
