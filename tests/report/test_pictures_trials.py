"""Figures and sentences of a study: every trial in its order, the best so far, and which parts mattered."""

from math import log10

import pytest
from drawings import drawn, marks, titles
from msgspec.structs import replace
from synthetic_records import make_record
from synthetic_settings import trial

from mnist_compare.recipe import SGD
from mnist_compare.records.record import Status
from mnist_compare.report.importance import importance_table, importances
from mnist_compare.report.setting_tables import setting_table
from mnist_compare.report.settings import find_studies
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.trials import find_courses, trial_sentences

RATES = [10 ** (-3 + 2.5 * i / 15) for i in (3, 0, 7, 11, 5, 15, 1, 8, 2, 10, 4, 14, 6, 9, 13, 12)]


def study(backends=("torch", "keras"), shift=0):
    """Records of 16 trials whose learning rate alone matters, the middle one the best; one is pruned in
    the first backend, and has no run in the others. With a `shift`, backends have studies of their own.
    """
    base = make_record().spec.recipe
    found = []
    for place, backend in enumerate(backends):
        for number, rate in enumerate(RATES):
            changed = base.changed(optimizer=SGD(rate * (1 + shift * place)), batch_size=16 + number % 2)
            pruned = number == 10
            if pruned and place and not shift:
                continue
            status = Status.PRUNED if pruned else Status.DONE
            record = trial(backend, changed, 0.3 + 0.3 * abs(log10(rate) + 1.75), status=status)
            found.append(replace(record, trials=(number,)))
    return found


def courses(records):
    """The only study, and its courses."""
    (found,) = find_studies(group_runs(records))
    return found, find_courses(found)


def test_a_course_has_every_trial_in_its_order():
    """Where backends share the trials, they have one course; the best so far never falls, and is no pruned one."""
    found, (course,) = courses(study())
    assert [one.number for one in course.trials] == list(range(16))
    assert [one.number for one in course.pruned] == [10]
    assert course.best.setting is found.ranked[0]
    accuracies = [accuracy for _, accuracy in course.steps]
    assert accuracies == sorted(accuracies)
    assert course.steps[-1][0] == course.best.number
    (sentence,) = trial_sentences([found])
    assert sentence.startswith(f"The best of 16 trials (1 pruned) of cnn is number {course.best.number}, with ")


def test_backends_with_studies_of_their_own_have_courses_of_their_own():
    """Where a number stands for another setting in each backend, each has its own trials."""
    _, found = courses(study(shift=0.1))
    assert [course.label for course in found] == ["torch", "keras"]
    assert [len(course.trials) for course in found] == [16, 16]


def test_the_figure_of_trials():
    """A mark for each trial, hollow where it was pruned, with its setting in words; a sweep has no such figure."""
    records = study()
    pictures = drawn("settings", records)
    assert list(pictures)[:2] == ["setting-best", "setting-trials"]
    told = [title for title in titles(pictures["setting-trials"].wide) if title.startswith("trial ")]
    assert len(told) == 16
    assert sum(title.endswith(", pruned") for title in told) == 1
    assert len(marks(pictures["setting-trials"].narrow)) >= 16
    assert "Dashed lines to below the axis: no run is done, since it was pruned." in pictures["setting-lines"].caption
    swept = [replace(record, trials=()) for record in records]
    assert not {"setting-trials", "setting-importance"} & set(drawn("settings", swept))


def test_the_part_that_matters_is_the_important_one():
    """The learning rate, on which accuracy depends, has the larger share; table and figure tell the same."""
    pytest.importorskip("optuna")
    records = study()
    found, (course,) = courses(records)
    shares = importances(found, course)
    assert sum(shares.values()) == pytest.approx(1)
    assert list(shares) == ["learning rate", "batch size"]
    table = importance_table([found])
    assert [row[2] for row in table.rows] == ["learning rate", "batch size"]
    picture = drawn("settings", records)["setting-importance"]
    assert picture.finding == "cnn: the best trials differ from the others most in learning rate"
    assert picture.numbers == table


def test_a_pruned_setting_is_no_failure():
    """The table of settings says so and has the numbers of the trials; it stands behind those that are done."""
    found, _ = courses(study())
    table = setting_table(found)
    assert table.columns[0] == "trial"
    assert (table.rows[-1][0], table.rows[-1][3]) == ("10", "pruned")
    assert found.ranked[-1].score.failed == 0
