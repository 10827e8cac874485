import math

import msgspec
import numpy as np
import pytest

from mnist_compare.errors import UsageError
from mnist_compare.recipe import (
    RECIPES,
    SGD,
    Adam,
    AdamW,
    Constant,
    Cosine,
    OneCycle,
    Recipe,
    Step,
    find_recipe,
)

NAN, INF = float("nan"), float("inf")
DOCUMENTED = {
    "linear": ("mean_squared_error", SGD(learning_rate=0.001), 16, 10, True),
    "mlp": ("cross_entropy", SGD(learning_rate=0.01), 20, 30, False),
    "cnn": ("cross_entropy", Adam(learning_rate=0.001), 60, 10, True),
    "lenet": ("cross_entropy", Adam(learning_rate=0.001), 32, 10, True),
    "convnet": ("cross_entropy", SGD(learning_rate=0.01), 64, 50, True),
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_recipes(name):
    """Every documented recipe trains as its document says: constant learning rate, pixels / 255, float32."""
    recipe = find_recipe(name)
    assert (recipe.loss, recipe.optimizer, recipe.batch_size, recipe.epochs, recipe.shuffle) == DOCUMENTED[name]
    assert (recipe.schedule, recipe.normalization, recipe.precision) == (Constant(), "unit", "float32")


def test_documented_optimizers_are_plain():
    """Documented SGD has no momentum and no decay; documented Adam has the values of its paper."""
    assert SGD() == SGD(0.01, momentum=0.0, nesterov=False, weight_decay=0.0)
    assert Adam() == Adam(0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0)


def test_an_unknown_recipe_suggests_the_nearest():
    """A misspelt recipe is a UsageError with the nearest name and the valid ones."""
    assert RECIPES.keys() == DOCUMENTED.keys()
    with pytest.raises(
        UsageError, match=r"'convnett'. Did you mean 'convnet'\? Valid: linear, mlp, cnn, lenet, convnet"
    ):
        find_recipe("convnett")


@pytest.mark.parametrize(
    ("images", "batch", "steps"), [(60_000, 64, 938), (60_000, 60, 1000), (10, 64, 1), (65, 64, 2)]
)
def test_the_last_batch_is_kept(images, batch, steps):
    """An epoch has a step for every batch, the smaller last one included."""
    assert Recipe(batch_size=batch).steps_per_epoch(images) == steps


def all_rates(schedule, epochs, steps, rate=0.1):
    """The learning rates of a whole run."""
    recipe = Recipe(optimizer=SGD(rate), schedule=schedule, epochs=epochs)
    rates = [recipe.learning_rates(epoch, steps) for epoch in range(epochs)]
    assert all(array.dtype == np.float64 and array.shape == (steps,) for array in rates)
    return np.concatenate(rates)


def test_constant_learning_rate():
    """A constant schedule keeps the learning rate to the bit."""
    assert (all_rates(Constant(), 3, 7) == 0.1).all()


def test_step_learning_rate():
    """A step schedule multiplies the learning rate by the factor after every so many epochs."""
    wanted = np.repeat([0.1, 0.1, 0.05, 0.05, 0.025], 4)
    assert all_rates(Step(every=2, factor=0.5), 5, 4) == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize("final", [0.0, 0.2])
def test_cosine_learning_rate(final):
    """A cosine schedule is at the learning rate first, half way in the middle, and nearly at its final value last."""
    rates = all_rates(Cosine(final), 4, 25)
    low = 0.1 * final
    wanted = [low + (0.1 - low) * math.cos(math.pi * step / 200) ** 2 for step in range(100)]
    assert rates == pytest.approx(wanted, rel=1e-12, abs=1e-16)
    assert rates[0] == 0.1
    assert rates[50] == pytest.approx((0.1 + low) / 2)
    assert low < rates[-1] < low + 3e-5


def test_one_cycle_learning_rate():
    """A one-cycle schedule starts at 1/25, peaks after the warm-up, and ends at 1/25/10,000 of the learning rate."""
    rates = all_rates(OneCycle(warmup=0.25), 3, 27)
    assert len(rates) == 81
    up = [0.1 / 25 + (0.1 - 0.1 / 25) * math.sin(math.pi * step / 40) ** 2 for step in range(21)]
    end = 0.1 / 25 / 10_000
    down = [end + (0.1 - end) * math.cos(math.pi * step / 120) ** 2 for step in range(1, 61)]
    assert rates == pytest.approx(up + down, rel=1e-10)
    assert rates.argmax() == 20
    assert rates[20] == pytest.approx(0.1, rel=1e-15)
    assert (rates[0], rates[-1]) == pytest.approx((0.004, end), rel=1e-12)


@pytest.mark.parametrize(("warmup", "total"), [(0.0, 10), (0.5, 1), (0.3, 2), (0.99, 3)])
def test_one_cycle_of_few_steps(warmup, total):
    """A one-cycle schedule gives usable learning rates for the shortest runs and without a warm-up."""
    rates = all_rates(OneCycle(warmup=warmup), 1, total)
    assert np.isfinite(rates).all()
    assert rates.min() > 0
    assert rates.max() <= 0.1 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe(batch_size=0), r"batch_size must be from 1 to 1,000,000 \(it is 0\)"),
        (Recipe(epochs=-1), r"epochs must be from 0 to 100,000 \(it is -1\)"),
        (Recipe(optimizer=SGD(NAN)), r"learning_rate must be a number of at least 0 \(it is nan\)"),
        (Recipe(optimizer=Adam(INF)), "learning_rate must be a number"),
        (Recipe(optimizer=AdamW(-0.1)), "learning_rate must be a number"),
        (Recipe(optimizer=SGD(nesterov=True)), "nesterov needs a momentum above 0"),
        (Recipe(optimizer=SGD(momentum=1.0)), r"momentum must be at least 0 and below 1 \(it is 1.0\)"),
        (Recipe(optimizer=SGD(weight_decay=-1.0)), "weight_decay must be a number of at least 0"),
        (Recipe(optimizer=Adam(beta1=1.0)), "beta1 must be at least 0 and below 1"),
        (Recipe(optimizer=AdamW(beta2=NAN)), "beta2 must be at least 0 and below 1"),
        (Recipe(optimizer=Adam(epsilon=0.0)), "epsilon must be between 0 and 1"),
        (Recipe(schedule=Step(every=0)), "every must be at least 1"),
        (Recipe(schedule=Step(factor=NAN)), "factor must be a number"),
        (Recipe(schedule=Cosine(final=2.0)), "final must be from 0 to 1"),
        (Recipe(schedule=OneCycle(warmup=1.0)), "warmup must be at least 0 and below 1"),
        (Recipe(schedule=OneCycle(start=0.5)), "start must be a number of at least 1"),
        (Recipe(schedule=OneCycle(final=0.0)), "final must be a number of at least 1"),
    ],
)
def test_a_recipe_that_cannot_be(recipe, message):
    """A value that cannot be meant is a UsageError that names it and what is valid."""
    with pytest.raises(UsageError, match=message):
        recipe.check()


def test_all_problems_at_once():
    """A recipe with several mistakes gets one error that lists them all."""
    recipe = Recipe("bad", optimizer=SGD(NAN, nesterov=True), schedule=Step(every=0), batch_size=0, epochs=-3)
    with pytest.raises(UsageError, match="Recipe 'bad'") as error:
        recipe.check()
    assert all(word in str(error.value) for word in ("batch_size", "epochs", "learning_rate", "nesterov", "every"))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_good_recipe_comes_back(name):
    """Checking a recipe that is right gives the recipe itself, zero epochs included."""
    recipe = msgspec.structs.replace(RECIPES[name], epochs=0)
    assert recipe.check() is recipe
