"""What was done to the images when they were read: turned, renumbered, left out."""

from collections.abc import Sequence

from mnist_compare.report.images import data_name
from mnist_compare.report.statistics import Group


def data_notes(groups: Sequence[Group]) -> list[str]:
    """Each note once, with the name of the data set where there are several."""
    data = list(dict.fromkeys(run.spec.data for group in groups for run in group.runs))
    named = len({one.fingerprint for one in data}) > 1
    found = [f"{data_name(one)}: {note}" if named else note for one in data for note in one.notes]
    return list(dict.fromkeys(found))
