"""From the images of a comparison to what its records say of them, and back."""

from collections.abc import Sequence

from mnist_compare.architecture.network import IMAGE_SHAPE
from mnist_compare.data import Dataset, hold_out, subset
from mnist_compare.data.look import DataWarning, are_characters
from mnist_compare.data.part import UNTESTED, load_changed
from mnist_compare.data.sources import MNIST_FINGERPRINT
from mnist_compare.errors import DataError
from mnist_compare.records.spec import HELD_OUT, TEST, DataSpec, Judged


def describe_data(
    whole: Dataset,
    used: Dataset,
    subset_seed: int = 0,
    warnings: Sequence[DataWarning] = (),
    judged_on: Judged = TEST,
) -> DataSpec:
    """What a record says of the images that are `used`, a subset of `whole`, and of what was noticed in that."""
    return DataSpec(
        source=whole.source,
        fingerprint=whole.fingerprint,
        train_size=len(used.train_labels),
        test_size=len(used.test_labels),
        validation_size=used.count("validation"),
        subset_seed=subset_seed,
        classes=whole.classes,
        image_shape=whole.image_shape,
        class_count=whole.class_count,
        warnings=tuple(warnings),
        notes=whole.notes,
        changes=whole.changes,
        characters=_may_be_characters(whole),
        judged_on=judged_on,
    )


def _may_be_characters(whole: Dataset) -> bool:
    """False where the images have MNIST's shape, before they were changed, and are no characters."""
    shape = whole.changes.before if whole.changes else whole.image_shape
    return whole.fingerprint == MNIST_FINGERPRINT or shape != IMAGE_SHAPE or are_characters(whole)


def open_data(spec: DataSpec) -> Dataset:
    """The images that a record is about; raises DataError where its source holds others by now."""
    apart = spec.test_size if spec.judged_on == HELD_OUT else 0
    whole = load_changed(
        spec.source,
        spec.changes,
        train_size=spec.train_size + apart,
        test_size=UNTESTED if apart else spec.test_size,
        validation=spec.validation_size,
        seed=spec.subset_seed,
    )
    if whole.fingerprint != spec.fingerprint:
        raise DataError(f"{spec.source} holds other images than those of the runs: give the same data set again.")
    if spec.judged_on == HELD_OUT:
        taken = spec.train_size + spec.test_size + (0 if whole.count("validation") else spec.validation_size)
        whole = hold_out(subset(whole, train_size=taken, seed=spec.subset_seed), spec.test_size, spec.subset_seed)
    return subset(
        whole,
        train_size=spec.train_size,
        test_size=spec.test_size,
        validation=None if len(whole.validation_labels) else spec.validation_size,  # a set may bring its own
        seed=spec.subset_seed,
    )
