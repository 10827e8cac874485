"""The tables of settings: every one with its scores, the best of each backend, and how far their orders agree."""

from collections.abc import Sequence

from mnist_compare.document.table import Table
from mnist_compare.document.words import NOTHING, listing, significant
from mnist_compare.report.caveat import Caveat
from mnist_compare.report.intervals import Interval
from mnist_compare.report.setting_agreement import FEWEST_SETTINGS, OrderAgreement, order_agreements, tau_words
from mnist_compare.report.settings import Judging, Score, Setting, Study

BEST_NOTE = (
    "The interval is Student's over several seeds, and of one run Wilson's, for other images of the same kind. The "
    "best of many settings is ahead by luck, too: on other images expect a little less than here."
)
AGREEMENT_NOTE = (
    "Kendall's tau compares the order of all settings in two backends: 1 is the same order, 0 none, -1 the reverse. "
    f"Its 95 % interval is from the bootstrap over settings, of {FEWEST_SETTINGS} or more. Cost: the points of "
    "accuracy that a backend gives away with the other one's best setting; the larger of the two."
)


def setting_table(study: Study) -> Table:
    """Every setting, the best over all backends first."""
    columns = (*(axis.title for axis in study.axes), *study.backends, "all backends", "training s")
    columns = columns if len(study.backends) > 1 else (*columns[:-2], columns[-1])
    numbered = any(one.trials for one in study.settings)
    columns = ("trial", *columns) if numbered else columns
    rows = tuple(
        (
            *([", ".join(map(str, one.trials))] if numbered else []),
            *(axis.words(one.recipe) for axis in study.axes),
            *(_words(one.scores.get(label)) for label in study.backends),
            *([_words(one.score)] if len(study.backends) > 1 else []),
            _seconds(one),
        )
        for one in study.ranked
    )
    failed = any(one.score.failed for one in study.settings)
    notes = [f"Means of {study.judging.accuracy} over the seeds, the best first; seconds are means over all runs."]
    notes += ["Settings with runs that failed or diverged come after all others."] if failed else []
    notes += (
        ["Pruned: stopped early, since other trials were ahead."] if any(s.score.pruned for s in study.settings) else []
    )
    return Table(f"All {study.counted} of {study.title}", columns, rows, " ".join(notes))


def best_table(studies: Sequence[Study]) -> Table:
    """The best setting of each backend."""
    rows = tuple(
        (study.title, label, best.name, best.scores[label].words, interval_words(best.scores[label].interval), runs)
        for study in studies
        for label in study.backends
        for best in study.ranked_in(label)[:1]
        for runs in [str(len(best.scores[label].accuracies))]
    )
    judged = dict.fromkeys(study.judging.accuracy for study in studies)
    columns = ("network", "backend", "best setting", listing(list(judged)) if len(judged) == 1 else "accuracy")
    return Table("The best setting of each backend", (*columns, "95 % interval", "runs"), rows, BEST_NOTE)


def order_table(studies: Sequence[Study]) -> Table:
    """How far every two backends agree on the order of settings, and on the best one."""
    rows = tuple(
        (
            study.title,
            f"{one.a}, {one.b}",
            str(one.count),
            NOTHING if one.tau is None else f"{one.tau:.3f}",
            f"{tau_words(one.interval.low)} to {tau_words(one.interval.high)}" if one.interval else NOTHING,
            "yes" if one.same else "no",
            f"{100 * one.cost:.2f}",
        )
        for study in studies
        for one in _some(order_agreements(study))
    )
    columns = ("network", "backends", "settings", "Kendall's tau", "95 % interval", "same best", "cost, points")
    return Table("Do the backends agree on the order of settings?", columns, rows, AGREEMENT_NOTE)


def setting_caveats(studies: Sequence[Study]) -> list[Caveat]:
    """That settings were compared by the test images, where they were."""
    found = [study.title for study in studies if study.judging is Judging.TEST]
    if not found:
        return []
    return [
        Caveat(
            "Settings compared by test images",
            f"The settings of {listing(found)} were compared by the test images.",
            "Do not choose by them: of many settings the one that these images happen to favour comes out first, and "
            "its accuracy here is more than it will have elsewhere.",
            "Set validation images apart (--validation 6000), or let `sweep` choose by held-out images and test once.",
        )
    ]


def interval_words(interval: Interval | None) -> str:
    """In percent; accuracies end at 0 and 100."""
    if interval is None or interval.high == float("inf"):
        return NOTHING
    return f"{100 * max(0.0, interval.low):.2f} to {100 * min(1.0, interval.high):.2f} %"


def _some(found: Sequence[OrderAgreement], most: int = 30) -> Sequence[OrderAgreement]:
    return found[:most]


def _words(score: Score | None) -> str:
    return score.words if score and (score.accuracies or score.failed or score.pruned) else NOTHING


def seconds_of(setting: Setting) -> list[float]:
    """Of training, in each backend in which it has times."""
    found = (row.timing("train_seconds") for row in setting.group.finished)
    return [spread.mean for spread in found if spread]


def _seconds(setting: Setting) -> str:
    found = seconds_of(setting)
    return significant(sum(found) / len(found)) if found else NOTHING
