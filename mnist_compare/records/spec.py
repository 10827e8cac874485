"""What a run is asked to be: its network, recipe, images, seed, and how it is executed."""

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.io.bounds import Count, Name, Seed, Size
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.mode import Execution, Mode


class DataSpec(msgspec.Struct, frozen=True):
    """Which images a run trains and tests on.

    `source` is `mnist` or a path; `fingerprint` is the SHA-256 of the whole set's pixels and labels; the sizes
    are those in use (the whole set where no subset was asked for).
    """

    source: str
    fingerprint: str
    train_size: Size
    test_size: Size
    validation_size: Count = 0
    subset_seed: Seed = 0


class RunSpec(msgspec.Struct, frozen=True):
    """All that determines a run's numbers, before the environment comes in."""

    backend: Name
    architecture: Architecture
    recipe: Recipe
    data: DataSpec
    seed: Seed = 0
    mode: Mode = "matched"
    device: Name = "auto"
    threads: Size = 1
    execution: Execution = "auto"
