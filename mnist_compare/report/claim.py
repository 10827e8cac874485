"""A claim: what the records let one say in answer to a question, and how far they bear it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mnist_compare.document.words import listing
from mnist_compare.report.statistics import Group

MAX_NAMED = 4
LONGEST = 60
"""Letters of a name in a claim."""


class Badge(StrEnum):
    """How far the records bear a claim."""

    CLAIMED = "claimed"
    PART = "claimed in part"
    OPEN = "not decided"
    DENIED = "not so"


@dataclass(frozen=True)
class Claim:
    """An answer: how far it is borne, the answer in a few words, and what it rests on or lacks."""

    badge: Badge
    short: str
    rest: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.short, self.rest)))


def several(groups: Sequence[Group]) -> list[Group]:
    """The groups in which there is something to compare: two rows or more with a run that is done."""
    return [group for group in groups if len(group.finished) > 1]


def nothing_to_compare(groups: Sequence[Group]) -> str:
    """Why there is no group with two rows."""
    rows = list(dict.fromkeys(row.label for group in groups for row in group.finished))
    if not rows:
        return "No run has trained to the end."
    if len(rows) == 1:
        return f"{rows[0]} alone has trained to the end."
    return "No two backends have trained the same network under the same conditions."


def absent(groups: Sequence[Group], compared: Sequence[Group]) -> str:
    """A sentence on the backends that have trained no network of the compared groups to the end, though they were to;
    "" where there are none. A run that was refused never learnt its device, and so is in a group of its own.
    """
    networks = list(dict.fromkeys(map(_network, compared)))
    there = {(row.backend, _network(group)) for group in groups for row in group.finished}
    rows = [(row.backend, _network(group)) for group in groups for row in group.rows if _network(group) in networks]
    names = [f"{row[0]} ({row[1][0]})" if len(networks) > 1 else row[0] for row in rows if row not in there]
    return f"{few(names)} did not train to the end." if names else ""


def _network(group: Group) -> tuple[str, str]:
    return group.spec.architecture.name, group.spec.mode


def few(names: Sequence[str]) -> str:
    """The names as a list, of many the first ones: "a, b, c, d and 3 more"."""
    names = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in dict.fromkeys(names)]
    more = len(names) - MAX_NAMED
    return listing([*names[:MAX_NAMED], f"{more:,} more"] if more > 1 else names)


def prefix(group: Group, groups: Sequence[Group]) -> str:
    """The group's label before what is said of it, where there are several groups."""
    return f"{group.label}: " if len(groups) > 1 else ""


def places(chosen: Sequence[Group], groups: Sequence[Group]) -> str:
    """Where something holds: "cnn", "cnn and mlp", or "all 5 networks"."""
    if len(chosen) < len(groups) or len(chosen) <= 2:
        return few([group.label for group in chosen])
    return f"all {len(chosen):,} {noun(chosen)}s"


def noun(groups: Sequence[Group]) -> str:
    """What each of the groups is: "network", or "setting" where some are of the same network."""
    networks = {group.spec.architecture.name for group in groups}
    return "network" if len(networks) == len(groups) else "setting"
