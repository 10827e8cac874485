"""Several recipes for a network in one comparison: how their runs are called, and told apart in the folder."""

import pytest

from mnist_compare import SGD, Adam, Cosine, OneCycle, Recipe, Standardize, Step, compare
from mnist_compare.recipe.augmentations import AUGMENTATIONS
from mnist_compare.recipe.varying import MAX_LENGTH, recipe_fields, setting_words, varying_fields
from mnist_compare.report.progress import describe_plan, name_run
from mnist_compare.runner.plan import make_plan
from mnist_compare.runner.request import Request

BASE = Recipe(optimizer=SGD(0.1))


@pytest.mark.parametrize(
    ("recipes", "words"),
    [
        ([BASE], [""]),
        ([BASE, BASE], [""]),
        ([BASE, BASE.changed(learning_rate=0.01)], ["lr0.1", "lr0.01"]),
        ([BASE, BASE.changed(optimizer=Adam(0.1), batch_size=8)], ["sgd batch64", "adam batch8"]),
        ([BASE, BASE.changed(optimizer=SGD(0.1, momentum=0.9))], ["momentum0", "momentum0.9"]),
        ([BASE, BASE.changed(optimizer=SGD(0.1, momentum=0.9, nesterov=True))], ["momentum0 no-nesterov"]),
        ([BASE.changed(schedule=Step(1)), BASE.changed(schedule=Step(20))], ["every1", "every20"]),
        ([BASE, BASE.changed(schedule="cosine", shuffle=False)], ["constant shuffle", "cosine no-shuffle"]),
        ([BASE, BASE.changed(normalization=Standardize(0.5, 0.25))], ["unit", "_pixels_255_-_0.5_0.25"]),
        ([BASE, BASE.changed(freeze=("conv*", "norm*"))], ["freezenone", "freezeconv_norm_"]),
        ([BASE, BASE.changed(clip_norm=1.0), BASE.changed(warmup=7)], ["warmup0 clip_normnone", "warmup0 clip_norm1"]),
        ([BASE, BASE.changed(augmentation=tuple(AUGMENTATIONS.values()))], ["setting1", "setting2"]),
    ],
)
def test_the_words_of_a_setting(recipes, words):
    """They say what differs, shortly, and can stand in the name of a file; what cannot is numbered."""
    found = list(setting_words(recipes).values())
    assert found[: len(words)] == words
    assert len(set(found)) == len(set(recipes))
    assert all(len(text) <= MAX_LENGTH and "/" not in text for text in found)


def test_fields_that_vary():
    """A field that only some recipes have counts where those differ in it; names and sources count nowhere."""
    recipes = [BASE, Recipe("other", optimizer=SGD(0.1, momentum=0.9), source="x"), Recipe(optimizer=Adam(0.1))]
    assert varying_fields(recipes) == {"optimizer": ("sgd", "adam"), "optimizer.momentum": (0.0, 0.9)}
    assert recipe_fields(Recipe(schedule=Cosine()))["schedule"] == "cosine"
    assert "name" not in recipe_fields(BASE)
    assert recipe_fields(Recipe(schedule=OneCycle(warmup=0.5)))["schedule.warmup"] == 0.5


def test_folders_and_progress_tell_settings_apart(small, tmp_path):
    """The folder of a run and its line say what differs; a run has the same key and numbers as in one setting alone."""
    options = {"dataset": small, "epochs": 1, "threads": 1, "latency": False, "report": False}
    both = compare("numpy", "linear", lr=[0.001, 0.0005], **options, output=tmp_path / "both")
    (alone,) = compare("numpy", "linear", lr=0.0005, **options, output=tmp_path / "alone").records
    folders = [record.weights.split("/")[1] for record in both.records]
    assert [name.rpartition("-")[0] for name in folders] == [
        "numpy-linear-lr0.001-seed0",
        "numpy-linear-lr0.0005-seed0",
    ]
    assert (both.records[1].key, both.records[1].weights_sha256) == (alone.key, alone.weights_sha256)
    plan = make_plan(Request(("numpy",), ("linear",), learning_rate=(0.001, 0.0005), train_size=100))
    assert [name_run(run) for run in plan.runs] == ["numpy linear lr0.001 seed 0", "numpy linear lr0.0005 seed 0"]
    assert plan.name.startswith("linear-2-settings-")
    assert "numpy trains linear with 2 recipes on 100 images" in describe_plan(plan.runs, tmp_path)
