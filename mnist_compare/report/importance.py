"""How much each part of the settings mattered in a study, as Optuna's evaluator tells it from the records."""

import warnings
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from inspect import signature
from typing import Any

from mnist_compare.document.table import Table
from mnist_compare.report.setting_axes import Axis
from mnist_compare.report.settings import Study
from mnist_compare.report.trials import Course, find_courses

FEWEST_TRIALS = 15
BEST_SHARE, FEWEST_BEST = 0.1, 5
WIDE_RANGE = 20.0
"""Numbers whose largest is so many times the smallest are taken by their logarithms."""
IMPORTANCE_NOTE = (
    "PED-ANOVA, computed by Optuna from the records: how far the values of a part in the best tenth of the trials, of "
    "five at least, are from those in all of them, as a share of the sum over all parts. Pruned trials count with the "
    "accuracy at which they were stopped. It says what mattered among these trials, and nothing of the direction."
)


def importances(study: Study, course: Course) -> dict[str, float]:
    """The share of each part that varies, by its title, the largest first; nothing of few trials, or without Optuna."""
    axes = tuple(axis for axis in study.axes if all(axis.has(trial.setting.recipe) for trial in course.trials))
    trials = [*course.done, *course.pruned]
    if len(trials) < FEWEST_TRIALS or len(axes) < 2 or find_spec("optuna") is None:
        return {}
    rows = tuple((one.accuracy or 0.0, tuple(axis.value(one.setting.recipe) for axis in axes)) for one in trials)
    return _shares(axes, rows)


def importance_table(studies: Sequence[Study]) -> Table:
    """The parts of each study, the one that mattered most first."""
    rows = tuple(
        (study.title, course.label or "all backends", name, f"{100 * share:.1f} %")
        for study in studies
        for course in find_courses(study)
        for name, share in importances(study, course).items()
    )
    return Table("How much each part mattered", ("network", "study", "part", "importance"), rows, IMPORTANCE_NOTE)


@lru_cache(maxsize=16)
def _shares(axes: tuple[Axis, ...], rows: tuple[tuple[float, tuple[Any, ...]], ...]) -> dict[str, float]:
    """The shares of these axes, of trials with an accuracy and a value of each."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    spread = {axis.field: _distribution(axis) for axis in axes}
    study = optuna.create_study(direction="maximize")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for accuracy, values in rows:
            params = {axis.field: _param(axis, value) for axis, value in zip(axes, values, strict=True)}
            study.add_trial(optuna.trial.create_trial(params=params, distributions=spread, value=accuracy))
        found = optuna.importance.get_param_importances(study, evaluator=_evaluator(len(rows)))
    titles = {axis.field: axis.title for axis in axes}
    return {titles[name]: share for name, share in sorted(found.items(), key=lambda item: (-item[1], item[0]))}


def _evaluator(trials: int) -> Any:
    from optuna.importance import PedAnovaImportanceEvaluator

    names = signature(PedAnovaImportanceEvaluator).parameters
    name = "target_quantile" if "target_quantile" in names else "baseline_quantile"  # as older versions call it
    share: dict[str, Any] = {name: max(BEST_SHARE, FEWEST_BEST / trials)}
    return PedAnovaImportanceEvaluator(**share)


def _distribution(axis: Axis) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    if not axis.is_numeric:
        return CategoricalDistribution([str(value) for value in axis.values])
    low, high = (float(axis.values[i] or 0) for i in (0, -1))
    return FloatDistribution(low, high, log=low > 0 and high / low >= WIDE_RANGE)


def _param(axis: Axis, value: Any) -> Any:
    return float(value) if axis.is_numeric else str(value)
