"""Labels that tell trainings apart: a name, and the properties in which those of that name differ."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

Described = tuple[str, Mapping[str, str]]
"""A name, and the value of each property in words; see `facets`."""


def distinct_labels(
    described: Sequence[Described], known: Sequence[bool] | None = None, learnt: Collection[str] = ()
) -> list[str]:
    """A label for each: "mlp, lr 0.1" where there is an `mlp` with another learning rate, else "mlp".

    Of those that are not `known`, such as runs that were refused, the properties in `learnt` do not count: what they
    never learnt, such as their device, must not come into the labels of the others.
    """
    known = known or [True] * len(described)
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (name, mine), is_known in zip(described, known, strict=True):
        for key, text in mine.items():
            if is_known or key not in learnt:
                values[name, key].add(text)
    labels: list[str] = []
    used: Counter[str] = Counter()
    for (name, mine), is_known in zip(described, known, strict=True):
        label = ", ".join([name, *(text for key, text in mine.items() if len(values[name, key]) > 1)])
        used[label] += is_known
        labels.append(f"{label} ({used[label]})" if is_known and used[label] > 1 else label)
    return labels
