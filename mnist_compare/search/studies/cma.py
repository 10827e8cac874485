"""CMA-ES, whose state is made anew from the finished trials whenever it is needed.

Optuna's own sampler keeps that state in the storage as a pickle, which would be read from a file or a database that
others can write. Here nothing is kept.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from cmaes import CMA
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from mnist_compare.search.range import Range

MIDDLE, SPREAD = 0.5, 1 / 6
"""Where the search begins, and how widely, as shares of each range."""


class CmaSampler(BaseSampler):
    """Proposes numbers of the ranges by CMA-ES, and all else at random.

    Each generation is learnt from as many finished trials as it has members, in the order in which they finished.
    """

    def __init__(self, ranges: Mapping[str, Range], distributions: Mapping[str, BaseDistribution], seed: int) -> None:
        self._ranges = ranges
        self._space = {name: distributions[name] for name in ranges}
        self._seed = seed
        self._others = RandomSampler(seed=seed)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """The ranges."""
        return self._space

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """A number of each range."""
        count = len(self._ranges)
        search = CMA(np.full(count, MIDDLE), SPREAD, np.tile([0.0, 1.0], (count, 1)), seed=self._seed)
        done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        done = sorted(done, key=lambda one: (one.datetime_complete or one.datetime_start, one.number))
        told = [(self._shares(one), -(one.value or 0.0)) for one in done]
        size = search.population_size
        for end in range(size, len(told) + 1, size):
            search.tell(told[end - size : end])
        shares = np.clip(search.ask(), 0.0, np.nextafter(1.0, 0.0))
        return {name: one.at(float(share)) for (name, one), share in zip(self._ranges.items(), shares, strict=True)}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """A value of a list."""
        return self._others.sample_independent(study, trial, param_name, param_distribution)

    def _shares(self, trial: FrozenTrial) -> Any:
        return np.array([one.share(trial.params[name]) for name, one in self._ranges.items()])
