"""The findings of a comparison in sentences."""

from collections.abc import Sequence

from mnist_compare.backend import backend_order
from mnist_compare.document.words import listing, plural
from mnist_compare.records.record import Record, Status
from mnist_compare.report.images import data_name
from mnist_compare.report.statistics import Group
from mnist_compare.report.verdict import speed_sentences


def subject_sentences(groups: Sequence[Group], records: Sequence[Record]) -> list[str]:
    """What was compared, and how many of the runs finished."""
    return [sentence for sentence in (_subject(groups, records), _outcome(records)) if sentence]


def finding_sentences(groups: Sequence[Group]) -> list[str]:
    """Accuracy, then speed: one sentence each per group; then the pairs whose speeds are not compared."""
    return [*accuracy_sentences(groups), *speed_sentences(groups), *withheld_sentences(groups)]


def withheld_sentences(groups: Sequence[Group]) -> list[str]:
    """Of each pair that has failed its certificate: that their speeds are not compared, and why."""
    return [
        (f"{group.label}: " if len(groups) > 1 else "")
        + f"{pair.a} and {pair.b} are not compared in speed, since "
        + ("it is not known that they run" if pair.reason else "they do not run")
        + f" the same training of {pair.case}: {pair.complaint}."
        for group in groups
        for pair in group.failed
    ]


def superseded_sentences(records: Sequence[Record]) -> list[str]:
    """How many records are left out because a later --force has replaced them; nothing where there are none."""
    count = sum(record.superseded for record in records)
    verb = "is" if count == 1 else "are"
    return [f"{plural(count, 'older record')} that --force has replaced {verb} left out."] if count else []


def accuracy_sentences(groups: Sequence[Group]) -> list[str]:
    """Of each group, the range of the test accuracy over the backends.

    The group's label comes first where there are several groups.
    """
    finished = [group for group in groups if group.finished]
    return [
        (f"{group.label}: " if len(finished) > 1 else "") + sentence
        for group in finished
        if (sentence := _accuracy(group))
    ]


def _subject(groups: Sequence[Group], records: Sequence[Record]) -> str:
    if not records:
        return "There are no runs yet."
    networks = list(dict.fromkeys(record.architecture for record in records))
    backends = backend_order(record.backend for record in records)
    counts = sorted({group.spec.data.train_size for group in groups})
    images = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"
    data = dict.fromkeys(data_name(group.spec.data) for group in groups)
    what = "images of handwritten digits" if list(data) == ["MNIST"] else f"images of {listing(list(data))}"
    how = "trained" if any(record.spec.recipe.epochs for record in records) else "evaluated, untrained,"
    if not any(record.status is Status.DONE or record.history for record in records):
        how = f"to be {how}"
    network = f"The network {networks[0]} was" if len(networks) == 1 else f"The networks {listing(networks)} were"
    where = "on" if how.endswith("trained") else "with"
    return f"{network} {how} by {listing(backends)} {where} {images} {what}."


def _outcome(records: Sequence[Record]) -> str:
    pruned = sum(record.status is Status.PRUNED for record in records)
    if pruned:
        rest = _outcome([record for record in records if record.status is not Status.PRUNED])
        return f"{pruned:,} of {plural(len(records), 'run')} {'were' if pruned > 1 else 'was'} pruned. {rest}".rstrip()
    missing = sum(record.status is not Status.DONE for record in records)
    if not missing:
        return {0: "", 1: "The run finished.", 2: "Both runs finished."}.get(
            len(records), f"All {plural(len(records), 'run')} finished."
        )
    return f"{missing:,} of {plural(len(records), 'run')} did not finish."


def _accuracy(group: Group) -> str:
    found = {row.label: s.mean for row in group.finished if (s := row.spread("test_accuracy"))}
    if not found:
        return ""
    shown = {name: f"{100 * found[name]:.2f} %" for name in found}
    least, most = shown[min(found, key=lambda name: found[name])], shown[max(found, key=lambda name: found[name])]
    lowest, highest = (", ".join(name for name in shown if shown[name] == end) for end in (least, most))
    if len(found) == 1:
        return f"{lowest} recognised {least} of the test images."
    if least == most:
        return f"{listing(list(found))} alike recognised {least} of the test images."
    return f"{least} ({lowest}) to {most} ({highest}) of the test images were recognised."
