"""Which setting of a network is the best, by the held-out images, over all backends and seeds."""

import math
import statistics
from collections.abc import Iterable

import msgspec

from mnist_compare.architecture import Architecture
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.varying import Field, own_values, told
from mnist_compare.records.measures import setting_rank
from mnist_compare.records.record import Record, Status


class JudgedSetting(msgspec.Struct, frozen=True):
    """A setting, a network by a recipe, and what its trials have come to. `values` has the parts of the recipe, by
    their dotted names, that tell it from the other settings of the network.

    `accuracy` and `loss` are means over the `done` of its trials, on the images that they are judged on; of the others
    so many were `pruned`, and so many `failed`: they diverged or did not end well.
    """

    architecture: Architecture
    recipe: Recipe
    values: dict[str, Field]
    done: int
    failed: int
    accuracy: float
    loss: float
    pruned: int = 0

    @property
    def words(self) -> str:
        """What tells it from the other settings, in one line: "learning_rate 0.1, optimizer adam"."""
        return told(self.values)

    @property
    def rank(self) -> tuple[bool, tuple[int, float, float]]:
        """The least is the best."""
        return not self.done, setting_rank(self.failed + self.pruned, self.accuracy, self.loss)


def judge(records: Iterable[Record]) -> dict[str, list[JudgedSetting]]:
    """The settings of each network, the best first; of equal ones the one that was asked for first.

    Settings of which no trial is done come last, with an accuracy of 0 and an infinite loss.
    """
    trials: dict[str, dict[Recipe, list[Record]]] = {}
    for record in records:
        trials.setdefault(record.architecture, {}).setdefault(record.spec.recipe, []).append(record)
    return {
        name: sorted(
            (_judged(recipe, values, settings[recipe]) for recipe, values in own_values(settings).items()),
            key=lambda one: one.rank,
        )
        for name, settings in trials.items()
    }


def _judged(recipe: Recipe, values: dict[str, Field], runs: list[Record]) -> JudgedSetting:
    done = [run for run in runs if run.status is Status.DONE and run.test_accuracy is not None]
    pruned = sum(run.status is Status.PRUNED for run in runs)
    losses = [run.test_loss if run.test_loss is not None else math.inf for run in done]
    return JudgedSetting(
        architecture=runs[0].spec.architecture,
        recipe=recipe,
        values=values,
        done=len(done),
        failed=len(runs) - len(done) - pruned,
        accuracy=statistics.fmean(run.test_accuracy or 0.0 for run in done) if done else 0.0,
        loss=statistics.fmean(losses) if done else math.inf,
        pruned=pruned,
    )
