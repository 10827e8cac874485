"""Cases: the trainings that a certificate consists of, as data."""

from collections.abc import Callable, Iterable

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.architecture.documented import find_architecture
from mnist_compare.certify.layer_networks import LAYER_NETWORKS
from mnist_compare.certify.subject import Subject
from mnist_compare.certify.trace import TraceSpec
from mnist_compare.errors import UsageError
from mnist_compare.io.fields import written
from mnist_compare.recipe import OPTIMIZERS, SGD, Precision, Recipe, find_recipe
from mnist_compare.recipe.augmentations import AUGMENTATIONS
from mnist_compare.recipe.schedules import (
    Constant,
    Cosine,
    Exponential,
    Milestones,
    OneCycle,
    Plateau,
    Polynomial,
    Schedule,
    Step,
)
from mnist_compare.records.spec import TEST, DataSpec, RunSpec, StartSpec
from mnist_compare.runner.networks import check_training
from mnist_compare.runner.planned_run import without_source

DOCUMENTED = ("linear", "mlp", "cnn", "lenet", "convnet")
"""The networks that are certified when none is named: all documented ones but the one that takes long."""

PRECISIONS = ("float64", "float32")
"""What can be certified."""

STEPS = 200
TEST_IMAGES = 10_000
LARGE = 10_000_000
"""A network of more parameters is large: a step of it takes seconds, and a snapshot gigabytes."""
LARGE_STEPS = 5
LARGE_TEST_IMAGES = 1_000
MAX_STEPS = 1_000_000

SUITE_TRAIN_SIZE = 640
SUITE_VALIDATION = 100
"""Images for the schedules that go by the validation loss."""
SUITE_TEST_IMAGES = 1_000
SUITE_EPOCHS = 5
# A schedule that never changes within the suite's five epochs would prove nothing.
SUITE_SCHEDULES: dict[str, Schedule] = {
    "constant": Constant(),
    "step": Step(every=2, factor=0.5),
    "cosine": Cosine(),
    "one_cycle": OneCycle(),
    "exponential": Exponential(factor=0.9, per="step"),
    "polynomial": Polynomial(power=2.0),
    "milestones": Milestones(after=(1, 3), factor=0.5),
    "plateau": Plateau(factor=0.5, patience=1, threshold=0.5),
}
SUITE_OPTIMIZER, SUITE_SCHEDULE = "momentum", "one_cycle"
MIXING_SMOOTHING = 0.1
"""Where labels are mixed, they are smoothed too."""
LAYER_RECIPE = Recipe("layers", optimizer=SGD(0.05, momentum=0.9), batch_size=32, epochs=1)
"""Slots of the first steps show the gradients."""
LAYER_STEPS = 10


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """One training that every backend does, and what is kept of it.

    `snapshots` are the steps (from 1) after which whole arrays are compared; `test_images` of the test images, the
    first ones, are predicted at the end. `start` is what the training starts from instead of initial weights.
    """

    name: str
    architecture: Architecture
    recipe: Recipe
    data: DataSpec
    steps: int
    snapshots: tuple[int, ...]
    test_images: int
    seed: int = written(0)
    start: StartSpec | None = None

    def trace_spec(
        self, subject: Subject, *, device: str = "auto", threads: int = 1, nudged: bool = False, copy: str = ""
    ) -> TraceSpec:
        """The trace of this case on one backend, or on one of its copies that round otherwise."""
        run = RunSpec(
            subject.backend,
            self.architecture,
            self.recipe,
            self.data,
            self.seed,
            device=device,
            threads=threads,
            tuning=subject.tuning,
            start=self.start,
        )
        return TraceSpec(run, self.steps, self.snapshots, self.test_images, nudged, copy)


def training_of(what: Case | RunSpec) -> RunSpec:
    """What is the same in a case and a run where the case is of the run's own training; all else is left out.

    Epochs and patience do not count, since a certificate's steps are fewer, nor does the precision, in which a
    certificate may be another one on purpose. Images and checkpoints are known by what is in them: both may have been
    moved.
    """
    recipe = msgspec.structs.replace(
        what.recipe, name="", source="", precision="float32", epochs=1, patience=0, monitor="validation_loss"
    )
    # Held-out images are training images that a trial does not train on: their number counts.
    data = msgspec.structs.replace(what.data, test_size=1) if what.data.judged_on == TEST else what.data
    return without_source(RunSpec("", what.architecture, recipe, data, start=what.start))


def precisions(cases: Iterable[Case]) -> set[str]:
    """What the cases are computed in."""
    return {case.recipe.precision for case in cases}


def make_case(
    architecture: Architecture,
    recipe: Recipe,
    data: DataSpec,
    *,
    steps: int | None = None,
    epochs: int | None = None,
    name: str = "",
    test_images: int | None = None,
    seed: int = 0,
    start: StartSpec | None = None,
) -> Case:
    """The case of a network and a recipe; `steps` or `epochs` say how long (default: 200 steps, 5 of a large network).

    Raises UsageError for a number that cannot be.
    """
    architecture = architecture.fitted_to(data.image_shape, data.class_count)
    check_training(architecture, recipe)
    recipe.check_validation(data.validation_size)
    large = architecture.parameter_count > LARGE
    per_epoch = recipe.steps_per_epoch(data.train_size)
    if epochs is not None:
        steps = epochs * per_epoch
    count = (LARGE_STEPS if large else STEPS) if steps is None else steps
    if not 1 <= count <= MAX_STEPS:
        asked = f"--epochs {epochs}" if epochs is not None else f"--steps {count}"
        raise UsageError(f"{asked} is {count:,} steps, where 1 to {MAX_STEPS:,} are valid.")
    # A schedule is laid out over all epochs of the recipe: there must be enough of them for the steps.
    needed = -(-count // per_epoch)
    recipe = msgspec.structs.replace(recipe, epochs=epochs or max(recipe.epochs, needed)).check()
    images = test_images or (LARGE_TEST_IMAGES if large else TEST_IMAGES)
    return Case(
        name=name or architecture.name,
        architecture=architecture,
        recipe=recipe,
        data=data,
        steps=count,
        snapshots=(count,) if large else snapshot_steps(count),
        test_images=min(images, data.test_size),
        seed=seed,
        start=start,
    )


def snapshot_steps(steps: int) -> tuple[int, ...]:
    """The first step, the tenth, the hundredth and so on, and the last one."""
    powers = (10**exponent for exponent in range(len(str(steps))))
    return tuple(sorted({*(power for power in powers if power <= steps), steps}))


def optimizer_suite(data: DataSpec, precision: Precision, seed: int = 0) -> tuple[Case, ...]:
    """Every optimizer with one schedule that changes, and every schedule with one optimizer that remembers: 50 steps
    of `convnet`, ten in each of five epochs of 640 images.
    """
    recipe = msgspec.structs.replace(find_recipe("convnet"), precision=precision)
    # Schedules are numbers that the core hands out, whatever the optimizer: not all pairs say something new.
    pairs = [
        (optimizer, name, schedule)
        for optimizer in OPTIMIZERS
        for name, schedule in SUITE_SCHEDULES.items()
        if optimizer == SUITE_OPTIMIZER or name == SUITE_SCHEDULE
    ]
    return tuple(
        make_case(
            find_architecture("convnet"),
            recipe.changed(optimizer=optimizer, schedule=schedule),
            msgspec.structs.replace(data, validation_size=SUITE_VALIDATION) if schedule.watches_validation else data,
            epochs=SUITE_EPOCHS,
            name=f"convnet-{optimizer}-{schedule_name}",
            test_images=SUITE_TEST_IMAGES,
            seed=seed,
        )
        for optimizer, schedule_name, schedule in pairs
    )


def layer_suite(data: DataSpec, precision: Precision, seed: int = 0) -> tuple[Case, ...]:
    """Every kind of layer: ten steps of a small network around it."""
    recipe = msgspec.structs.replace(LAYER_RECIPE, precision=precision)
    return tuple(
        make_case(network, recipe, data, steps=LAYER_STEPS, test_images=SUITE_TEST_IMAGES, seed=seed)
        for network in LAYER_NETWORKS.values()
    )


def augmentation_suite(data: DataSpec, precision: Precision, seed: int = 0) -> tuple[Case, ...]:
    """Every augmentation, and those that mix no images all together: 50 steps of `convnet`, as for the optimizers."""
    recipe = msgspec.structs.replace(find_recipe("convnet"), precision=precision)
    plain = [one for one in AUGMENTATIONS.values() if not one.mixes]
    pairs = [*((name, [one]) for name, one in AUGMENTATIONS.items()), ("all", plain)]
    return tuple(
        make_case(
            find_architecture("convnet"),
            recipe.changed(augmentation=found, label_smoothing=MIXING_SMOOTHING if found[0].mixes else None),
            data,
            epochs=SUITE_EPOCHS,
            name=f"convnet-{name}",
            test_images=SUITE_TEST_IMAGES,
            seed=seed,
        )
        for name, found in pairs
    )


SUITES: dict[str, Callable[[DataSpec, Precision, int], tuple[Case, ...]]] = {
    "optimizers": optimizer_suite,
    "layers": layer_suite,
    "augmentations": augmentation_suite,
}
