"""The trials of a study in their order: what each has come to, and the best until then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mnist_compare.document.words import listing, plural
from mnist_compare.records.record import Record, Status
from mnist_compare.report.settings import Score, Setting, Study


@dataclass(frozen=True)
class Trial:
    """A trial by its number: `accuracy` is what its setting is worth, or what a pruned one had when it was stopped, and
    None where it failed.
    """

    number: int
    setting: Setting
    accuracy: float | None
    pruned: bool

    @property
    def is_done(self) -> bool:
        """Whether it has a score."""
        return self.accuracy is not None and not self.pruned


@dataclass(frozen=True)
class Course:
    """The trials of a study, in the order of their numbers; `label` is its backend, "" where all share the trials."""

    label: str
    trials: tuple[Trial, ...]

    @property
    def done(self) -> tuple[Trial, ...]:
        """Those that have a score."""
        return tuple(trial for trial in self.trials if trial.is_done)

    @property
    def pruned(self) -> tuple[Trial, ...]:
        """Those that were stopped early."""
        return tuple(trial for trial in self.trials if trial.pruned)

    @property
    def best(self) -> Trial:
        """The first one that no other beats."""
        return max(self.done, key=lambda trial: (trial.accuracy or 0.0, -trial.number))

    @property
    def steps(self) -> list[tuple[int, float]]:
        """The number of each trial that was better than all before it, and its accuracy."""
        found: list[tuple[int, float]] = []
        for trial in self.done:
            if not found or (trial.accuracy or 0.0) > found[-1][1]:
                found.append((trial.number, trial.accuracy or 0.0))
        return found


def find_courses(study: Study) -> tuple[Course, ...]:
    """The course of all backends together, or of each where they had studies of their own; none of a sweep."""
    shared = _is_shared(study)
    labels = [""] if shared else study.backends
    found = (Course(label, tuple(sorted(_trials(study, label), key=lambda one: one.number))) for label in labels)
    return tuple(course for course in found if course.done)


def trial_sentences(studies: Sequence[Study]) -> list[str]:
    """How many trials there were, and when the best one came."""
    return [course_sentence(study, course) for study in studies for course in find_courses(study)]


def course_sentence(study: Study, course: Course) -> str:
    """That of one study."""
    best, place = course.best, f"{study.title} in {course.label}" if course.label else study.title
    told = [f"{len(course.pruned)} pruned"] if course.pruned else []
    failed = len(course.trials) - len(course.done) - len(course.pruned)
    told += [f"{failed} diverged or failed"] if failed else []
    rest = f" ({listing(told)})" if told else ""
    return (
        f"The best of {plural(len(course.trials), 'trial')}{rest} of {place} is number {best.number}, with "
        f"{best.setting.name}: {100 * (best.accuracy or 0.0):.2f} %."
    )


def _is_shared(study: Study) -> bool:
    """Whether each trial was one setting in all backends."""
    numbers = [number for one in study.settings for number in one.trials]
    return len(set(numbers)) == len(numbers)


def _trials(study: Study, label: str) -> Iterable[Trial]:
    for one in study.settings:
        runs = one.row(label).runs if label in one.scores else () if label else one.group.runs
        score = one.scores.get(label, one.score)
        numbers = {number for run in runs for number in run.trials}
        yield from (_trial(number, one, score, runs) for number in numbers)


def _trial(number: int, one: Setting, score: Score, runs: Sequence[Record]) -> Trial:
    stopped = [run for run in runs if run.status is Status.PRUNED and run.history]
    if stopped:
        last = stopped[0].history[-1]
        # With early stopping, what is held out is looked at once, in the end.
        return Trial(number, one, last.validation_accuracy if last.test_accuracy is None else last.test_accuracy, True)
    return Trial(number, one, None if score.failed else score.mean, pruned=False)
