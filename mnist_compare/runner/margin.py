"""A margin holds for runs that come after it: what is said where another one is given for runs that are done."""

from collections.abc import Sequence

from mnist_compare.document.words import listing, plural
from mnist_compare.records.record import MARGIN, Record
from mnist_compare.runner.plan import Plan


def kept_margins(plan: Plan, records: Sequence[Record]) -> str:
    """A sentence where runs of the plan keep another margin than its own, since it came after their results; "" where
    none does.
    """
    keys = {run.key for run in plan.runs}
    declared = [MARGIN if one.margin is None else one.margin for one in records if one.key in keys]
    others = sorted({margin for margin in declared if margin != plan.margin})
    if not others:
        return ""
    count = sum(margin != plan.margin for margin in declared)
    kept = listing([f"±{margin:g}" for margin in others])
    return (
        f"The margin of ±{plan.margin:g} points has no effect on {plural(count, 'run')} that {_were(count)} done "
        f"already: a margin is declared before the results are known, and {'its is' if count == 1 else 'theirs is'} "
        f"{kept}. Of several in a network the narrowest counts. --force trains the runs again with the new one."
    )


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
