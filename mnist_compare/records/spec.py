"""What a run is asked to be: its network, recipe, images, seed, and how it is executed."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.network import IMAGE_SHAPE
from mnist_compare.data.changes import ImageChanges
from mnist_compare.data.look import DataWarning
from mnist_compare.experiment.train_metrics import FULL, TrainMetrics
from mnist_compare.io.bounds import Count, Name, Seed, Size
from mnist_compare.io.fields import written
from mnist_compare.lowering import TUNED
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.mode import Execution, Mode
from mnist_compare.recipe.recipe import CLASSES, MAX_CLASSES

Judged = Literal["test", "validation"]
TEST: Judged = "test"
HELD_OUT: Judged = "validation"


class DataSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which images a run trains and tests on.

    `source` is `mnist` or a path; `fingerprint` is the SHA-256 of the whole set's pixels and labels, or of the part
    that was changed where the whole would be too large; the sizes are those in use (the whole set where no subset was
    asked for). `classes` are what the labels stand for; in JSON
    they are left out where there are none, and so are the `warnings`, what may be wrong with the images, the `notes`,
    what was done to them when they were read, and the shape of the images and the number of the classes where they are
    MNIST's. `changes` is what the user had changed in them, where it was: all the rest is said of changed images.
    `characters` is False of images of MNIST's shape that are no strokes on an even ground. `judged_on` is "validation"
    of a trial of a sweep: what a record calls its test images are training images then, which were held out.
    """

    source: str
    fingerprint: str
    train_size: Size
    test_size: Size
    validation_size: Count = written(0)
    subset_seed: Seed = written(0)
    classes: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_CLASSES)] = ()
    image_shape: tuple[Size, Size, Size] = IMAGE_SHAPE
    class_count: Annotated[int, msgspec.Meta(ge=2, le=MAX_CLASSES)] = CLASSES
    warnings: tuple[DataWarning, ...] = ()
    notes: tuple[str, ...] = ()
    changes: ImageChanges | None = None
    characters: bool = True
    judged_on: Judged = TEST

    def __post_init__(self) -> None:
        for name, default in (("image_shape", IMAGE_SHAPE), ("class_count", CLASSES), ("judged_on", TEST)):
            if getattr(self, name) == default:  # msgspec takes the very value for the default, and no other equal one
                msgspec.structs.force_setattr(self, name, default)

    def without_words(self) -> "DataSpec":
        """The same images without what is said of them: other words are no other training."""
        return msgspec.structs.replace(self, classes=(), warnings=(), notes=(), characters=True)


class StartSpec(msgspec.Struct, frozen=True):
    """The checkpoint whose weights a training starts from: its path, and the checksum that it holds of itself."""

    source: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class RunSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that determines a run's numbers, before the environment comes in.

    `train_metrics` says on which training images loss and accuracy are measured after an epoch; `start` is what the
    training starts from instead of initial weights; `processes` train the network together, with `threads` CPU threads
    in all. In JSON what is the default of the last four is left out, so that specs from before there were these have
    the same hash, and mean it.
    """

    backend: Name
    architecture: Architecture
    recipe: Recipe
    data: DataSpec
    seed: Seed = written(0)
    mode: Mode = written("matched")
    device: Name = written("auto")
    threads: Size = written(1)
    execution: Execution = written("auto")
    tuning: Name = TUNED
    train_metrics: TrainMetrics = FULL
    start: StartSpec | None = None
    processes: Size = 1

    def started_from(self, place: Callable[[str], str]) -> "RunSpec":
        """The same run where the checkpoint that it starts from lies elsewhere."""
        start = self.start and msgspec.structs.replace(self.start, source=place(self.start.source))
        return msgspec.structs.replace(self, start=start)

    def __post_init__(self) -> None:
        for name, default in (("tuning", TUNED), ("train_metrics", FULL)):
            if getattr(self, name) == default:  # msgspec takes the very string for the default, and no other equal one
                msgspec.structs.force_setattr(self, name, default)
