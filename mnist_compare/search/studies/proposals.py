"""What Optuna is told of a space, and the values that it proposes."""

from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.trial import Trial

from mnist_compare.randomness import raw
from mnist_compare.search.axes import Axes
from mnist_compare.search.conditions import Values
from mnist_compare.search.range import Range
from mnist_compare.search.studies.space import CMAES, GRID, HYPERBAND, MEDIAN, TPE, Space, choices

REDUCTION = 3
"""Of Hyperband: a third of the trials goes on."""


def distributions(axes: Axes) -> dict[str, BaseDistribution]:
    """The parts that vary, as Optuna describes them."""
    lists = {name: CategoricalDistribution(choices(own)) for name, own in axes.lists.items() if len(own) > 1}
    return lists | {name: _distribution(one) for name, one in axes.ranges.items()}


def _distribution(one: Range) -> BaseDistribution:
    if one.is_whole:
        return IntDistribution(int(one.low), int(one.high), log=one.log, step=int(one.step or 1))
    high = one.values()[-1] if one.step else one.high
    return FloatDistribution(float(one.low), float(high), log=one.log, step=one.step and float(one.step))


def propose(trial: Trial, name: str, distribution: BaseDistribution) -> None:
    """Let the sampler give the trial a value of that part, where it has none yet."""
    if isinstance(distribution, CategoricalDistribution):
        trial.suggest_categorical(name, distribution.choices)
    elif isinstance(distribution, IntDistribution):
        trial.suggest_int(name, distribution.low, distribution.high, step=distribution.step, log=distribution.log)
    elif isinstance(distribution, FloatDistribution):
        trial.suggest_float(name, distribution.low, distribution.high, step=distribution.step, log=distribution.log)


def proposed_values(axes: Axes, params: Mapping[str, Any]) -> Values:
    """The setting that a trial's numbers and choices stand for; numbers have a few digits."""
    lists = {
        name: own[choices(own).index(params[name])] if len(own) > 1 else own[0] for name, own in axes.lists.items()
    }
    return lists | {name: one.rounded(params[name]) for name, one in axes.ranges.items()}


def make_sampler(space: Space, axes: Axes, number: int) -> BaseSampler:
    """What proposes the setting of the trial of that number: by seed, number and finished trials alone, so that it
    does not matter which command asks, and how often it was started.
    """
    seed = int(raw(space.sampler_seed, "trial", number, size=1)[0] >> 32)
    if space.sampler == GRID:
        lists = {name: choices(own) for name, own in axes.lists.items() if len(own) > 1}
        every = lists | {name: one.values() for name, one in axes.ranges.items()}
        return GridSampler(every, seed=space.sampler_seed % 2**32)
    if space.sampler == CMAES:
        from mnist_compare.search.studies.cma import CmaSampler  # which takes a while to import

        return CmaSampler(axes.ranges, distributions(axes), seed)
    return TPESampler(seed=seed) if space.sampler == TPE else RandomSampler(seed=seed)


def make_pruner(space: Space, epochs: int) -> BasePruner:
    """What says after an epoch whether a trial is worth going on, where there are so many at most."""
    if space.pruner == MEDIAN:
        return MedianPruner()
    if space.pruner == HYPERBAND:
        return HyperbandPruner(min_resource=1, max_resource=epochs, reduction_factor=REDUCTION)
    return NopPruner()
