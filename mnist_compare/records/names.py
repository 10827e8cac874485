"""What networks that were trained are called beside one another."""

from collections.abc import Sequence

from mnist_compare.lowering import TUNED
from mnist_compare.recipe import Recipe
from mnist_compare.recipe.varying import setting_words
from mnist_compare.records.record import Record

DIGITS = 8
"""Of a run's key, which stand in the name of its folder, too."""


def setting_names(records: Sequence[Record]) -> list[str]:
    """What tells the recipe of each from the others of its network, such as "lr0.1"; "" where there is one alone."""
    recipes: dict[str, list[Recipe]] = {}
    for record in records:
        recipes.setdefault(record.architecture, []).append(record.spec.recipe)
    words = {name: setting_words(own) for name, own in recipes.items()}
    return [words[record.architecture][record.spec.recipe] for record in records]


def network_names(records: Sequence[Record]) -> list[tuple[str, ...]]:
    """Which network each is: backend, architecture, setting where there are several, mode with a tuning and
    processes that are not the default, seed and precision. Of those that all this tells not apart, such as runs of two
    versions of a framework, the first digits of the key stand behind it.
    """
    settings = setting_names(records)
    named = [
        (
            record.backend,
            record.architecture,
            *([setting] if any(settings) else []),
            " ".join(filter(None, (record.mode, tuning_name(record), processes_name(record)))),
            f"seed {record.seed}",
            record.precision,
        )
        for record, setting in zip(records, settings, strict=True)
    ]
    alike = len(set(named)) < len(named)
    return [(*name, record.key[:DIGITS]) if alike else name for record, name in zip(records, named, strict=True)]


def one_name(name: Sequence[str]) -> str:
    """Its parts in one line; that of a network with one recipe beside one with several has none for the setting."""
    return " ".join(filter(None, name))


def tuning_name(record: Record) -> str:
    """The tuning; "" for the default."""
    return "" if record.spec.tuning == TUNED else record.spec.tuning


def processes_name(record: Record) -> str:
    """How many processes trained it together; "" for one."""
    return "" if record.spec.processes == 1 else f"{record.spec.processes} processes"
