"""What was noticed in the images before they were trained on, as caveats."""

from collections.abc import Sequence

from mnist_compare.data.look import DataWarning
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.claim import few
from mnist_compare.report.images import data_name
from mnist_compare.report.statistics import Group


def data_caveats(groups: Sequence[Group]) -> list[Caveat]:
    """Each warning once, with the names of the data sets where there are several."""
    data = list(dict.fromkeys(run.spec.data for group in groups for run in group.runs))
    named = len({one.fingerprint for one in data}) > 1
    found: dict[DataWarning, dict[str, None]] = {}
    for one in data:
        for warning in one.warnings:
            found.setdefault(warning, {})[data_name(one)] = None
    return [
        Caveat(
            warning.title,
            f"{few(list(names))}: {warning.cause}" if named else warning.cause,
            warning.effect,
            warning.action,
        )
        for warning, names in found.items()
    ]
