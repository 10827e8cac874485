import math

import numpy as np
import pytest

from mnist_compare.errors import UsageError
from mnist_compare.recipe import SGD, Recipe
from mnist_compare.recipe.schedules import (
    Constant,
    Cosine,
    Exponential,
    Milestones,
    OneCycle,
    Plateau,
    Polynomial,
    Step,
)


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


def test_exponential_learning_rate():
    """An exponential schedule multiplies the learning rate by the same number after every epoch, or every step."""
    by_epoch = np.repeat([0.1, 0.05, 0.025], 4)
    assert all_rates(Exponential(0.5), 3, 4) == pytest.approx(by_epoch, rel=1e-14)
    assert all_rates(Exponential(0.5, per="step"), 1, 4) == pytest.approx([0.1, 0.05, 0.025, 0.0125], rel=1e-14)


def test_polynomial_learning_rate():
    """A polynomial schedule falls from the learning rate to its final share, a straight line with power 1."""
    assert all_rates(Polynomial(), 2, 2) == pytest.approx([0.1, 0.075, 0.05, 0.025], rel=1e-14)
    assert all_rates(Polynomial(2.0, final=0.2), 1, 2) == pytest.approx([0.1, 0.04], rel=1e-14)
    assert all_rates(Polynomial(per="epoch"), 2, 2) == pytest.approx([0.1, 0.1, 0.05, 0.05], rel=1e-14)


def test_learning_rate_at_milestones():
    """The learning rate falls after the epochs, or steps, that are named, and at no other time."""
    assert all_rates(Milestones((1, 3), 0.5), 4, 1) == pytest.approx([0.1, 0.05, 0.05, 0.025], rel=1e-14)
    assert all_rates(Milestones((3,), 0.1, per="step"), 2, 2) == pytest.approx([0.1, 0.1, 0.1, 0.01], rel=1e-14)
    for after in ((0,), (3, 3), (4, 2)):
        with pytest.raises(UsageError, match="after must be numbers of at least 1, each larger"):
            Recipe(schedule=Milestones(after)).check()


def scales(schedule, losses):
    """What the rate is multiplied with in each epoch, the one after the last loss included."""
    return [schedule.scale(losses[:epochs]) for epochs in range(len(losses) + 1)]


def test_learning_rate_on_plateaus():
    """The rate falls once the loss has not fallen below the least by more than the threshold for so many epochs."""
    falling = [1.0, 0.9, 0.8, 0.7]
    assert scales(Plateau(patience=1), falling) == [1.0] * 5
    assert scales(Plateau(0.5, patience=1, threshold=0.15), falling) == [1.0, 1.0, 0.5, 0.5, 0.25]
    assert scales(Plateau(0.5, patience=2), [0.5] * 6) == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    assert scales(Plateau(0.5, patience=2), [0.5, 0.6, 0.4, 0.4, 0.4]) == [1.0, 1.0, 1.0, 1.0, 1.0, 0.5]
    assert scales(Plateau(0.1, patience=1, minimum=0.05), [0.5] * 4) == [1.0, 1.0, 0.1, 0.05, 0.05]
    recipe = Recipe(optimizer=SGD(0.1), schedule=Plateau(0.5, patience=1), epochs=4)
    assert recipe.learning_rates(2, 3, [0.5, 0.5, 0.5]).tolist() == [0.05] * 3
    for wrong in ({"patience": 0}, {"factor": 2.0}, {"threshold": -1.0}, {"minimum": 2.0}):
        with pytest.raises(UsageError, match=f"{next(iter(wrong))} must be"):
            Recipe(schedule=Plateau(**wrong)).check()


def test_warm_up():
    """In front of any schedule, the learning rate rises in a straight line to what the schedule gives."""
    recipe = Recipe(optimizer=SGD(0.1), schedule=Step(every=1, factor=0.5), epochs=2, warmup=4)
    rates = np.concatenate([recipe.learning_rates(epoch, 3) for epoch in range(2)])
    assert rates == pytest.approx([0.025, 0.05, 0.075, 0.05, 0.05, 0.05], rel=1e-14)


@pytest.mark.parametrize(("warmup", "total"), [(0.0, 10), (0.5, 1), (0.3, 2), (0.99, 3)])
def test_one_cycle_of_few_steps(warmup, total):
    """A one-cycle schedule gives usable learning rates for the shortest runs and without a warm-up."""
    rates = all_rates(OneCycle(warmup=warmup), 1, total)
    assert np.isfinite(rates).all()
    assert rates.min() > 0
    assert rates.max() <= 0.1 * (1 + 1e-12)
