"""Two comparisons side by side, as tables and sentences."""

from collections.abc import Mapping, Sequence

from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING, fact, listing, readable
from mnist_compare.records.record import Record
from mnist_compare.report.cells import amount, number, percent
from mnist_compare.report.changes import Change, Changes
from mnist_compare.report.environment import commands
from mnist_compare.report.origin import core_of, different, machine_facts
from mnist_compare.report.ratio import DRIFT, SAME
from mnist_compare.report.reservation import reservation_sentences
from mnist_compare.report.timing_pairs import FEWEST_SEEDS
from mnist_compare.report.unfinished import ends
from mnist_compare.report.verdict import range_words, ratio_words


def accuracy_changes(found: Changes) -> Table:
    """Test accuracy of both, and whether the change is more than noise."""
    rows = tuple(
        (
            change.network,
            change.new.label,
            percent(change.old.spread("test_accuracy")),
            percent(change.new.spread("test_accuracy")),
            *_accuracy(change),
        )
        for change in found.changes
    )
    columns = ("network", "backend", "old", "new", "points", "95 % interval", "seeds", "verdict")
    note = (
        "Points: new minus old, over the seeds that both have. Better or worse: the change is more than noise at 5 %, "
        "by Student's test over six seeds or more, by McNemar's over the images of fewer, corrected for all rows. "
        "McNemar's is of these trained networks alone: it knows the luck of the images, not that of another seed."
    )
    return Table("Test accuracy", columns, rows, note)


def speed_changes(found: Changes) -> Table:
    """Time of training per image, new / old."""
    rows = tuple(
        (
            change.network,
            change.new.label,
            amount(change.old.timing("train_seconds")),
            amount(change.new.timing("train_seconds")),
            *((ratio_words(change.speed), range_words(change.speed)) if change.speed else (NOTHING, NOTHING)),
            change.speed_verdict,
        )
        for change in found.changes
    )
    columns = ("network", "backend", "old s", "new s", "times", "range", "verdict")
    note = (
        "Times: seconds of training per image, new / old, with the range in which that lies: a 95 % interval where "
        "there are several timings of each, else what 19 of 20 single timings keep to. Where the two were not trained "
        f"in turn, the range is wider by the factor {DRIFT:g} by which a machine may drift from one comparison to the "
        "next. Better or worse: all of the range is on one side of 1; of several timings, by more than that drift, or "
        f"than {100 * (SAME - 1):.0f} % where they were trained in turn, corrected for all rows."
    )
    return Table("Training time", columns, rows, note)


def memory_changes(found: Changes) -> Table:
    """The peaks of memory."""
    rows = tuple(
        (
            change.network,
            change.new.label,
            *(number(row.spread("peak_memory_bytes"), "{:,.0f}", 1e-6) for row in (change.old, change.new)),
            NOTHING if change.memory is None else f"{change.memory:.2f}",
            change.memory_verdict,
        )
        for change in found.changes
    )
    return Table("Peak memory", ("network", "backend", "old MB", "new MB", "times", "verdict"), rows)


def surrounding_changes(old: Sequence[Record], new: Sequence[Record]) -> Table:
    """What the two were made by: versions, machine, state of the code, and commands, where they are not the same."""
    facts = [_facts(records) for records in (old, new)]
    rows = tuple((name, facts[0].get(name, NOTHING), facts[1].get(name, NOTHING)) for name in different(facts))
    return Table("What changed around them", ("what", "old", "new"), rows)


def change_sentences(found: Changes) -> list[str]:
    """Who is not compared in speed, who was trained in turn, what one of the two alone holds, what did not finish, and
    of what it holds more than is compared.
    """
    told = reservation_sentences([one for change in found.changes for one in change.reserved])
    told += _turn_sentences([change for change in found.changes if change.speed])
    for labels, which in ((found.only_old, "old"), (found.only_new, "new")):
        if labels:
            told.append(f"In the {which} comparison alone: {listing(list(labels))}.")
    for which in ("old", "new"):
        unfinished = ends(one for one in found.unfinished if one.which == which)
        told += [f"{label} did not finish in the {which} comparison: {words}." for label, words in unfinished.items()]
    if found.several:
        told.append(
            f"Of {listing(list(found.several))} a comparison holds runs of several machines, versions or states of the "
            "code: the last ones are compared, and no others."
        )
    return told


def lost_sentences(found: Changes) -> list[str]:
    """What is done in the old comparison and did not finish in the new one, with how it ended."""
    return [f"{label}: {words} in the new comparison, done in the old one" for label, words in ends(found.lost).items()]


def _turn_sentences(changes: Sequence[Change]) -> list[str]:
    """Of the rows that are compared in speed: which were trained in turn, and what it takes where they were not."""
    told = []
    if in_turn := [f"{change.new.label} {change.network}" for change in changes if change.in_turn]:
        told.append(f"Old and new were trained in turn, seed by seed: {listing(in_turn)}.")
    if apart := [f"{change.new.label} {change.network}" for change in changes if not change.in_turn]:
        told.append(
            f"Old and new were not trained in turn: {listing(apart)}. The machine may have been faster or slower by a "
            f"factor of {DRIFT:g} for one of them, so that a smaller change of time shows nothing. To find smaller "
            f"ones, train {FEWEST_SEEDS} seeds or more in turn: for each seed the old command, then the new one, each "
            "with an --output of its own."
        )
    return told


def _accuracy(change: Change) -> tuple[str, str, str, str]:
    found = change.accuracy
    if found is None:
        return NOTHING, NOTHING, NOTHING, "no seed in common"
    interval = found.interval
    shown = f"{100 * interval.low:+.2f} to {100 * interval.high:+.2f}" if found.seeds > 1 else NOTHING
    return f"{100 * interval.middle:+.2f}", shown, str(found.seeds), found.verdict


def _facts(records: Sequence[Record]) -> Mapping[str, str]:
    """All in words, of the newest record of each backend."""
    found: dict[str, str] = {}
    for record in records:
        found |= {f"{record.backend}: {name}": version for name, version in record.versions.items()}
        found |= {readable(key): fact(key, value) for key, value in machine_facts(record).items()}
        found |= {"code of mnist_compare": core_of(record)["code"], "version": core_of(record)["version"]}
    found["command"] = "; ".join(commands(records)) or NOTHING
    return found
