"""`compare`: two comparisons side by side, and whether the new one is worse."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from mnist_compare.cli.folders import note_half_record
from mnist_compare.cli.options import UserPath
from mnist_compare.document.words import significant
from mnist_compare.errors import UsageError, unknown
from mnist_compare.io.terminal import to_json
from mnist_compare.records.record import Record, current
from mnist_compare.records.results import read_records
from mnist_compare.report.changes import Change, Changes, find_changes
from mnist_compare.report.statistics import BackendRuns
from mnist_compare.runner.asked import names_in

WORSE = 4
"""The exit code where something is worse than --fail-on allows."""
PERCENT = 100
EXAMPLE = "Such as --fail-on slower=5%,accuracy=0.1,memory=10%."
SPARE = ("seeds", "95 % interval", "old s", "new s", "old MB", "new MB", "old", "new")


class Limit(msgspec.Struct, frozen=True):
    """How much worse a figure may be."""

    figure: str
    most: float


def _slower(change: Change) -> float | None:
    return PERCENT * (change.speed.ratio - 1) if change.speed and change.speed_verdict == "worse" else None


def _less_accurate(change: Change) -> float | None:
    found = change.accuracy
    return -PERCENT * found.interval.middle if found and found.verdict == "worse" else None


def _more_memory(change: Change) -> float | None:
    return PERCENT * (change.memory - 1) if change.memory and change.memory_verdict == "worse" else None


FIGURES: dict[str, tuple[str, str, Callable[[Change], float | None]]] = {
    "slower": ("%", "% slower", _slower),
    "accuracy": ("", " points less accurate", _less_accurate),
    "memory": ("%", "% more memory", _more_memory),
}
"""By name: its unit on the command line, what its number is, and by how much a change is worse (None: not more than
noise).
"""


def parse_limits(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[Limit, ...]:
    """The limits in ("slower=5%,accuracy=0.1", "memory=10%")."""
    for text in value:
        if not names_in(text):  # a variable that is not set, perhaps: nothing would be checked
            raise UsageError(f"--fail-on names no figure (it is {text!r}). Valid: {', '.join(FIGURES)}. {EXAMPLE}")
    return tuple(_limit(item) for text in value for item in names_in(text))


def _limit(text: str) -> Limit:
    name, _, number = (part.strip() for part in text.partition("="))
    if name not in FIGURES:
        raise unknown("figure of --fail-on", name, FIGURES, EXAMPLE)
    unit = FIGURES[name][0]
    try:
        most = float(number.removesuffix("%") if unit else number)
    except ValueError:
        most = -1.0
    if not 0 <= most < float("inf"):
        example = {"%": "5%", "": "0.1"}[unit]
        raise UsageError(f"--fail-on {name} takes a number from 0 on, such as {name}={example} (it is {number!r}).")
    return Limit(name, most)


@click.command("compare")
@click.argument("old", type=UserPath())
@click.argument("new", type=UserPath())
@click.option(
    "--fail-on",
    "limits",
    multiple=True,
    callback=parse_limits,
    metavar="FIGURE=NUMBER",
    help="End with exit code 4 where the new one is worse by more, and by more than noise: slower=5%, accuracy=0.1 "
    "(points), memory=10%. Several with commas. And where runs fail that the old one has done.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON instead of tables.")
def command(old: Path, new: Path, limits: tuple[Limit, ...], as_json: bool) -> None:
    """Set the comparisons in the folders OLD and NEW side by side: what changed, and what of it is more than noise.

    For use in CI, --fail-on makes a change for the worse an exit code.
    """
    from mnist_compare.report.changes_tables import lost_sentences

    before, after = current(read_records(old)), current(read_records(new))
    for folder in dict.fromkeys((old, new)):
        note_half_record(folder)
    found = find_changes(before, after)
    failed = [told for limit in limits for change in found.changes if (told := _failure(limit, change))]
    failed += lost_sentences(found) if limits else []
    if as_json:
        click.echo(to_json(_as_json(found, before, after) | {"failed": failed}))
    else:
        _show(found, before, after, failed)
    sys.exit(WORSE if failed else 0)


def _failure(limit: Limit, change: Change) -> str:
    """In words, that a change is worse than the limit; "" where it is not."""
    _, words, worse_by = FIGURES[limit.figure]
    amount = worse_by(change)
    if amount is None or amount <= limit.most:
        return ""
    return f"{change.new.label} {change.network}: {significant(amount, 2)}{words}, where {limit.most:g} is allowed"


def _as_json(found: Changes, before: list[Record], after: list[Record]) -> dict[str, object]:
    """All that the tables and sentences say."""
    from mnist_compare.report.changes_tables import change_sentences, surrounding_changes

    return {
        "changes": [_as_data(change) for change in found.changes],
        "only_old": found.only_old,
        "only_new": found.only_new,
        "unfinished": [
            {
                "comparison": one.which,
                "network": one.run.architecture,
                "backend": one.run.backend,
                "seed": one.run.seed,
                "status": one.run.status,
                "reason": one.run.reason,
                "lost": one.lost,
            }
            for one in found.unfinished
        ],
        "surroundings": [
            dict(zip(("what", "old", "new"), row, strict=True)) for row in surrounding_changes(before, after).rows
        ],
        "sentences": change_sentences(found),
    }


def _measured(row: BackendRuns) -> dict[str, float | None]:
    spreads = {
        "test_accuracy": row.spread("test_accuracy"),
        "train_seconds": row.timing("train_seconds"),
        "peak_memory_bytes": row.spread("peak_memory_bytes"),
    }
    return {name: spread.mean if spread else None for name, spread in spreads.items()}


def _as_data(change: Change) -> dict[str, object]:
    accuracy, speed = change.accuracy, change.speed
    return {
        "network": change.network,
        "backend": change.new.label,
        "old": _measured(change.old),
        "new": _measured(change.new),
        "accuracy": accuracy
        and {
            "points": PERCENT * accuracy.interval.middle,
            "low": PERCENT * accuracy.interval.low if accuracy.seeds > 1 else None,
            "high": PERCENT * accuracy.interval.high if accuracy.seeds > 1 else None,
            "seeds": accuracy.seeds,
            "p": accuracy.p,
            "verdict": accuracy.verdict,
        },
        "training_time": {
            "ratio": speed and speed.ratio,
            "low": speed and speed.low,
            "high": speed and speed.high,
            "in_turn": change.in_turn,
            "verdict": change.speed_verdict,
        },
        "memory": {"ratio": change.memory, "verdict": change.memory_verdict},
    }


def _show(found: Changes, before: list[Record], after: list[Record], failed: list[str]) -> None:
    from mnist_compare.document.screen import Screen
    from mnist_compare.document.table import shortened
    from mnist_compare.document.terminal_table import Fitted
    from mnist_compare.report.changes_tables import (
        accuracy_changes,
        change_sentences,
        memory_changes,
        speed_changes,
        surrounding_changes,
    )

    screen = Screen()
    tables = (accuracy_changes(found), speed_changes(found), memory_changes(found), surrounding_changes(before, after))
    for table in tables:
        if table.rows:
            screen.print(Fitted(shortened(table), SPARE))
    for sentence in change_sentences(found):
        screen.print(sentence)
    for told in failed:
        screen.print(f"Worse: {told}.", style="bold red")
