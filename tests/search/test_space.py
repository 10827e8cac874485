"""A space: what is said of one that cannot be meant, and which settings are proposed from one that can."""

import pytest

from mnist_compare.errors import UsageError
from mnist_compare.search.common import to_toml
from mnist_compare.search.range import Range
from mnist_compare.search.studies.space import make_space, read_space, space_axes, trial_count

optuna = pytest.importorskip("optuna")
from mnist_compare.search.studies.proposals import distributions, make_sampler, propose, proposed_values  # noqa: E402

RATE = {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
SPACE = RATE | {
    "batch_size": {"low": 16, "high": 64, "step": 16},
    "optimizer": [{"type": "sgd", "momentum": 0.5}, "adam"],
    "optimizer.weight_decay": {"low": 0.0, "high": 0.5},
}
BAD = {
    "nothing": ({}, "nothing varies in it. Write [space]"),
    "one value": ({"space": {"learning_rate": [0.1]}}, "Give a part of it two values or more"),
    "part": ({"space": {"learning_rat": [1, 2]}}, "'learning_rat'. Did you mean 'learning_rate'?"),
    "part above": ({"space": RATE, "batch_size": 3}, "batch_size is part of a recipe, and stands below [space]"),
    "inverted": ({"space": {"learning_rate": {"low": 2, "high": 1}}}, "low below its high (they are 2 and 1)"),
    "log of 0": ({"space": {"learning_rate": {"low": 0, "high": 1, "log": True}}}, "must be above 0 (it is 0)"),
    "log and step": (
        {"space": {"batch_size": {"low": 1, "high": 9, "log": True, "step": 2}}},
        "log = true and a step: give one of them",
    ),
    "step": ({"space": {"batch_size": {"low": 1, "high": 9, "step": 20}}}, "a step above 0, and at most high - low, 8"),
    "no high": ({"space": {"learning_rate": {"low": 1}}}, "the range of learning_rate"),
    "sampler": ({"space": RATE, "sampler": "tpee"}, "Unknown sampler 'tpee'. Did you mean 'tpe'?"),
    "pruner": ({"space": RATE, "pruner": "hyperbend"}, "Did you mean 'hyperband'? Valid: none, median, hyperband."),
    "per": ({"space": RATE, "per": "backends"}, "Did you mean 'backend'?"),
    "twice": ({"space": {"learning_rate": [0.1, 0.1]}}, "learning_rate has a value twice"),
    "grid": ({"space": RATE, "sampler": "grid"}, "learning_rate has a range without a step"),
    "cmaes": ({"space": RATE, "sampler": "cmaes"}, "2 ranges or more (there are 1)"),
    "trials": ({"space": RATE}, "trials is missing"),
    "large grid": (
        {"space": {"learning_rate": [0.1, 0.2]}, "sampler": "grid", "trials": 3},
        "trials is 3, but the grid has 2 combinations",
    ),
}


def counted(given):
    """How many trials such a study has."""
    space = make_space(given)
    return trial_count(space, space_axes(space))


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_meant(name):
    """The message says where, what is valid, and what to do."""
    given, told = BAD[name]
    with pytest.raises(UsageError) as error:
        counted(given)
    assert told in str(error.value)


def test_a_space_as_a_file(tmp_path):
    """What is kept of a space that was given in Python is the same space."""
    space = make_space({"space": SPACE, "trials": 3, "seeds": [0, 1]})
    (tmp_path / "space.toml").write_text(to_toml(space))
    assert read_space(tmp_path / "space.toml") == space


@pytest.mark.parametrize(
    "one", [Range(0.001, 0.1, log=True), Range(0.0, 0.5), Range(16, 128, log=True), Range(2, 9), Range(16, 64, step=16)]
)
def test_a_share_of_a_range_and_back(one):
    """The number at a share of a range lies at that share; both ends of the range are numbers of it."""
    for value in (one.low, one.at(0.5), one.high):
        assert one.at(min(one.share(value), 1 - 1e-12)) == value
    assert (one.at(0.0), one.at(1 - 1e-12)) == (one.low, one.high)


def proposed(space, count, again=()):
    """The settings of a study whose trials are each worth its learning rate; those of `again` are asked for anew."""
    axes = space_axes(space)
    study = optuna.create_study(direction="maximize")
    found = []
    for number in range(count):
        study.sampler = make_sampler(space, axes, number)
        trial = study.ask()
        if number in again:
            study.sampler = make_sampler(space, axes, number)
            trial = optuna.trial.Trial(study, trial._trial_id)
        for name, distribution in distributions(axes).items():
            propose(trial, name, distribution)
        found.append(proposed_values(axes, trial.params))
        study.sampler = optuna.samplers.RandomSampler()
        study.tell(trial, found[-1]["learning_rate"])
    return found


@pytest.mark.parametrize("sampler", ["tpe", "cmaes", "random"])
def test_proposals_follow_from_seed_and_results_alone(sampler):
    """A command that takes a trial over proposes what the killed one had; all lie in the space, with few digits."""
    space = make_space({"space": SPACE, "trials": 20, "sampler": sampler})
    found = proposed(space, 20)
    assert found == proposed(space, 20, again=(3, 15))
    assert found != proposed(make_space({"space": SPACE, "trials": 20, "sampler": sampler, "sampler_seed": 1}), 20)
    assert {one["batch_size"] for one in found} == {16, 32, 48, 64}
    assert all(one["optimizer"] in SPACE["optimizer"] and 0.001 <= one["learning_rate"] <= 0.1 for one in found)
    assert all(float(f"{one['learning_rate']:.4g}") == one["learning_rate"] for one in found)


def test_a_grid_proposes_every_combination_once():
    """Lists and ranges with a step are combined, in an order that follows from the seed."""
    given = {"learning_rate": [0.1, 0.01], "batch_size": {"low": 16, "high": 48, "step": 16}, "shuffle": [True]}
    space = make_space({"space": given, "sampler": "grid"})
    assert trial_count(space, space_axes(space)) == 6
    found = proposed(space, 6)
    assert len({(one["learning_rate"], one["batch_size"]) for one in found}) == 6
    assert {one["shuffle"] for one in found} == {True}


def test_cma_climbs():
    """Of a study whose trials are worth their learning rate, later ones have higher ones."""
    space = make_space({"space": RATE | {"optimizer.momentum": {"low": 0.0, "high": 0.9}}, "sampler": "cmaes"})
    rates = [one["learning_rate"] for one in proposed(space, 40)]
    assert sum(rates[20:]) > 1.5 * sum(rates[:20])
