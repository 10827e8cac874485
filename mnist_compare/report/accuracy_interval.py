"""Where the test accuracy of a row lies: over its seeds, or of one run over other images of the same kind."""

from mnist_compare.report.intervals import Interval, mean_interval, share_interval
from mnist_compare.report.statistics import BackendRuns


def seed_accuracies(row: BackendRuns) -> dict[int, float]:
    """The test accuracies of the runs that are done, by seed: those that can be shares."""
    return {seed: value for seed, value in row.accuracies.items() if 0 <= value <= 1}


def accuracy_interval(row: BackendRuns) -> Interval | None:
    """Student's for the mean over several seeds, Wilson's of a single run; None where its counts cannot be."""
    accuracies = seed_accuracies(row)
    if len(accuracies) > 1:
        return mean_interval(list(accuracies.values()), resolution=row.resolution)
    test = next((run.test for run in row.done if run.test), None)
    if accuracies and test and 0 <= test.right <= test.count and test.count:
        return share_interval(test.right, test.count)
    return None
