"""Early stopping in words: which epoch was the best one of each run, and what was looked at when."""

from collections.abc import Sequence

from mnist_compare.document.words import listing
from mnist_compare.records.record import Record
from mnist_compare.report.statistics import Group


def early_stopping_sentences(groups: Sequence[Group]) -> list[str]:
    """Of each group with early stopping; the group's label comes first where there are several groups."""
    return [
        (f"{group.label}: " if len(groups) > 1 else "") + sentence for group in groups if (sentence := _sentence(group))
    ]


def _sentence(group: Group) -> str:
    found: dict[str, list[str]] = {}
    for row in group.rows:
        several = len(row.done) > 1
        for run in row.done:
            if run.best_epoch:
                found.setdefault(_told(run), []).append(f"{row.label}{f' (seed {run.seed})' if several else ''}")
    if not found:
        return ""
    recipe = group.spec.recipe
    told = [f"{words} in {listing(names)}" for words, names in found.items()]
    return (
        f"Early stopping with patience {recipe.patience}: by {recipe.monitor.replace('_', ' ')} {'; '.join(told)}. "
        "The test images were looked at once, by the network of the best epoch."
    )


def _told(run: Record) -> str:
    allowed = run.spec.recipe.epochs
    ended = f"all {allowed:,} were trained" if run.epochs == allowed else f"training ended after {run.epochs:,}"
    return f"the best epoch was {run.best_epoch:,} ({ended}{'' if run.epochs == allowed else f' of {allowed:,}'})"
