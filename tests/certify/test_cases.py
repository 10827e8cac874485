import numpy as np
import pytest
from msgspec.structs import replace
from synthetic_records import make_record
from traces import small_case

from mnist_compare.architecture.documented import find_architecture
from mnist_compare.certify.case import (
    SUITE_SCHEDULES,
    layer_suite,
    make_case,
    optimizer_suite,
    snapshot_steps,
    training_of,
)
from mnist_compare.certify.layer_networks import LAYER_NETWORKS
from mnist_compare.certify.plan import CertificateRequest, _trainings, make_certificate_plan
from mnist_compare.errors import UsageError
from mnist_compare.recipe import OPTIMIZERS, find_recipe
from mnist_compare.records.spec import DataSpec, RunSpec, StartSpec

MNIST = DataSpec("mnist", "0" * 64, 60_000, 10_000)


def case(name, **settings):
    network = find_architecture(name)
    return make_case(network, find_recipe(network.recipe), MNIST, **settings)


def test_a_bare_command_certifies_the_documented_networks():
    """Without options: five documented networks with their recipes, 200 steps in float64, all the test images."""
    plan = make_certificate_plan(CertificateRequest(backends=("torch",)))
    assert [c.name for c in plan.cases] == ["linear", "mlp", "cnn", "lenet", "convnet"]
    assert {(c.steps, c.test_images, c.data.train_size) for c in plan.cases} == {(200, 10_000, 60_000)}
    assert {c.recipe.precision for c in plan.cases} == {"float64"}
    assert plan.backends == ("torch", "numpy")


def test_frozen_layers_are_as_for_a_run(tmp_path):
    """Freezing `none` takes away what a recipe freezes, and layers that are nowhere are refused before any training."""
    (tmp_path / "frozen.toml").write_text('name = "frozen"\nfreeze = ["body"]\n')
    asked = CertificateRequest(("torch",), ("mlp",), str(tmp_path / "frozen.toml"), train_size=200, steps=1)
    assert make_certificate_plan(asked).cases[0].recipe.freeze == ("body",)
    assert make_certificate_plan(replace(asked, freeze=("none",))).cases[0].recipe.freeze == ()
    with pytest.raises(UsageError, match="no layer of 'mlp' is named by 'zz'"):
        make_certificate_plan(replace(asked, freeze=("zz",)))


def test_a_large_network_is_certified_in_few_steps():
    """AlexNet takes seconds per step and gigabytes per snapshot: five steps, one snapshot, 1,000 test images."""
    found = case("alexnet")
    assert (found.steps, found.snapshots, found.test_images) == (5, (5,), 1_000)
    assert case("alexnet", steps=7).steps == 7


def test_epochs_are_whole():
    """An epoch has its last, smaller batch in it."""
    found = case("convnet", epochs=1)
    assert (found.steps, found.recipe.epochs) == (938, 1)
    assert found.snapshots == (1, 10, 100, 938)
    assert snapshot_steps(1) == (1,)


def test_a_schedule_has_epochs_enough():
    """More steps than the recipe has would run off the end of its schedule."""
    found = small_case("convnet", steps=1000)
    assert found.recipe.epochs * found.recipe.steps_per_epoch(found.data.train_size) >= 1000


def test_the_suite_has_every_optimizer_and_schedule():
    """Trainings of 50 steps, in which every schedule but the constant one changes the learning rate."""
    cases = optimizer_suite(DataSpec("mnist", "0" * 64, 640, 10_000), "float64")
    names = [c.name.split("-")[1:] for c in cases]
    assert len(names) == len(OPTIMIZERS) + len(SUITE_SCHEDULES) - 1
    assert {optimizer for optimizer, _ in names} == OPTIMIZERS.keys()
    assert {schedule for _, schedule in names} == SUITE_SCHEDULES.keys()
    assert {c.steps for c in cases} == {50}
    for c in cases:
        rates = np.concatenate([c.recipe.learning_rates(epoch, 10, [1.0] * 5) for epoch in range(5)])
        assert (c.data.validation_size > 0) == c.recipe.schedule.watches_validation
        assert (len(set(rates.tolist())) > 1) == (not c.name.endswith("constant"))
        assert rates.min() > 0


def test_the_suite_of_layers_has_every_network_around_one():
    """Ten steps of each, whose names are their own."""
    cases = layer_suite(DataSpec("mnist", "0" * 64, 640, 10_000), "float64")
    assert [c.name for c in cases] == list(LAYER_NETWORKS)
    assert {(c.steps, c.recipe.precision) for c in cases} == {(10, "float64")}


@pytest.mark.parametrize("settings", [{"steps": 0}, {"steps": 10**9}, {"epochs": 10**9}])
def test_steps_that_cannot_be_are_refused(settings):
    """A number of steps without an end in sight is refused before anything starts."""
    with pytest.raises(UsageError, match="steps"):
        case("mlp", **settings)


def test_what_counts_for_a_training():
    """Epochs, patience, precision and where files lie are no part of it; images, weights and held-out images are."""
    data = DataSpec("mnist", "0" * 64, 600, 100)
    spec = RunSpec("torch", find_architecture("mlp"), find_recipe("mlp"), data, start=StartSpec("a", "1" * 64))
    training = training_of(spec)
    changed = {"epochs": 9, "patience": 2, "monitor": "validation_accuracy", "precision": "float64"}
    same = [
        replace(spec, backend="keras", seed=3, threads=2, tuning="plain", device="cpu", train_metrics="none"),
        replace(spec, recipe=replace(spec.recipe, name="mine", source="a book", **changed)),
        replace(spec, data=replace(data, source="moved", test_size=7, notes=("turned",))),
        replace(spec, start=StartSpec("moved", "1" * 64)),
    ]
    assert [training_of(one) == training for one in same] == [True] * len(same)
    held_out = replace(data, judged_on="validation")
    others = [
        replace(spec, architecture=find_architecture("cnn")),
        replace(spec, recipe=spec.recipe.changed(learning_rate=0.5)),
        replace(spec, start=None),
        replace(spec, start=StartSpec("a", "2" * 64)),
        *(
            replace(spec, data=replace(data, **{name: value}))
            for name, value in {
                "fingerprint": "2" * 64,
                "train_size": 599,
                "subset_seed": 4,
                "validation_size": 9,
            }.items()
        ),
        replace(spec, data=held_out),
        replace(spec, data=replace(held_out, test_size=99)),
    ]
    assert len({training, *map(training_of, others)}) == len(others) + 1


def test_a_comparison_in_two_precisions_is_certified_in_one():
    """A certificate is of one precision, the comparison's first or the one that is asked for."""
    recipe = find_recipe("cnn")
    records = [make_record(recipe=recipe.changed(precision=one)) for one in ("bfloat16", "float64", "float32")]
    found = _trainings(CertificateRequest(), records)
    assert [one.recipe.precision for one in found] == ["float64"]
    found = _trainings(CertificateRequest(precision="float32"), records)
    assert [one.recipe.precision for one in found] == ["float32"]
    with pytest.raises(UsageError, match="was made in bfloat16"):
        _trainings(CertificateRequest(), records[:1])
