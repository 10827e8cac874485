"""Records of a sweep: settings in several backends, judged on held-out images."""

from itertools import product

from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.recipe import SGD, Adam
from mnist_compare.recipe.augmentations.geometry import Elastic, Rotate, Scale, Shift
from mnist_compare.recipe.augmentations.pixels import Contrast
from mnist_compare.recipe.schedules.fixed import Constant, Cosine
from mnist_compare.records.record import Status

RATES = (0.1, 0.01, 0.001, 0.0001)
NOISE = {0.1: 0.5, 0.01: 0.3, 0.001: 0.34, 0.0001: 0.45}
"""Of the outputs by the learning rate: the least noise is the most accurate."""


def trial(backend, recipe, noise, *, seed=0, judged_on="validation", **changes):
    """A run of cnn by a recipe; its accuracy falls with the noise."""
    record = make_record(backend, recipe=recipe, noise=noise, seed=seed, epochs=1, **changes)
    data = replace(record.spec.data, judged_on=judged_on)
    key = f"{backend}-{hash(recipe)}-{seed}"
    return replace(record, key=key, spec=replace(record.spec, data=data))


def rates(noises, *, seeds=1, **changes):
    """Of each backend a run for each learning rate, with the noise that `noises` adds in it, by rate; None diverges."""
    base = make_record().spec.recipe
    return [
        trial(backend, base.changed(learning_rate=rate), NOISE[rate] + more, seed=seed, **changes)
        if (more := added.get(rate, 0.0)) is not None
        else trial(backend, base.changed(learning_rate=rate), 1.0, seed=seed, status=Status.DIVERGED, **changes)
        for backend, added in noises.items()
        for rate in RATES
        for seed in range(seeds)
    ]


def sweep(backends=("torch", "keras", "paddle"), seeds=2):
    """Of 48 settings: four learning rates, two optimizers, three batch sizes, shuffled or not."""
    base = make_record().spec.recipe
    found = []
    for (rate, kind, batch, shuffle), (place, backend), seed in product(
        product(RATES, (SGD, Adam), (32, 64, 128), (True, False)), enumerate(backends), range(seeds)
    ):
        momentum = {"momentum": 0.9} if kind is SGD else {}
        recipe = base.changed(optimizer=kind(rate, **momentum), batch_size=batch, shuffle=shuffle)
        noise = NOISE[rate] + 0.02 * (kind is SGD) + 0.0002 * batch + 0.03 * (not shuffle) + 0.004 * place
        status = Status.DIVERGED if kind is SGD and rate == 0.1 and batch == 32 else Status.DONE
        found.append(
            trial(backend, recipe, noise, seed=seed, status=status, seconds=1.5 + 60 / batch + place * (batch % 5) / 4)
        )
    return found


def long_names(backends=("torch", "keras")):
    """Of settings with names longer than most figures have room for, for many parts of the recipe vary."""
    base = make_record().spec.recipe
    images = ((), (Rotate(), Shift(), Scale(), Elastic(), Contrast()))
    return [
        trial(
            backend,
            base.changed(
                optimizer=kind(rate),
                schedule=schedule,
                warmup=warmup,
                augmentation=augmentation,
                label_smoothing=0.1 / 3,
            ),
            0.3 + 0.1 * rate + 0.01 * warmup + 0.02 * len(augmentation) + 0.004 * place,
        )
        for place, backend in enumerate(backends)
        for rate, kind in ((1 / 3, SGD), (1 / 3000, Adam))
        for schedule in (Constant(), Cosine())
        for warmup in (0, 100)
        for augmentation in images
    ]
