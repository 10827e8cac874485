"""Which command does which trial of a study: each is done once, and that of a killed command by the next one."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import Trial, TrialState

from mnist_compare.io.files import make_folder
from mnist_compare.search.studies.proposals import propose

LOCK_FILE = ".study.lock"
"""Held for moments: whoever holds it takes a trial, or adds records to those of the study."""
TRIALS_FOLDER = "trials"


class Claim:
    """A trial that this command does; it ends with `tell`, and can be taken by another command after `release`."""

    def __init__(self, study: Study, trial: Trial, lock: FileLock) -> None:
        self.trial, self._study, self._lock = trial, study, lock

    @property
    def number(self) -> int:
        """Of the trial, from 0."""
        return self.trial.number

    def tell(self, value: float | None, *, pruned: bool = False) -> None:
        """The trial is over: with an accuracy, pruned, or without either as its runs have failed."""
        self._study.sampler = RandomSampler(seed=0)  # that of a grid would stop a loop that is not Optuna's
        if pruned:
            self._study.tell(self.trial, state=TrialState.PRUNED)
        elif value is None:
            self._study.tell(self.trial, state=TrialState.FAIL)
        else:
            self._study.tell(self.trial, value)

    def release(self) -> None:
        """Let others have it."""
        self._lock.release()


class Claims:
    """The trials of a study for this command: `wanted` of them in all, in the folder that all commands share.

    `sampler` gives what proposes the setting of the trial of a number.
    """

    def __init__(
        self,
        study: Study,
        folder: Path,
        wanted: int,
        space: dict[str, BaseDistribution],
        sampler: Callable[[int], BaseSampler],
        label: str,
    ) -> None:
        self._study, self._folder, self._wanted = study, folder, wanted
        self._space, self._sampler, self._label = space, sampler, label

    def next(self) -> Claim | None:
        """A trial that a killed command has left, or else a new one; None where there is none for this command."""
        make_folder(self._folder / TRIALS_FOLDER)
        with study_lock(self._folder):
            trials = self._study.get_trials(deepcopy=False)
            for one in trials:
                if not one.state.is_finished() and (lock := self._hold(one.number)):
                    self._study.sampler = self._sampler(one.number)
                    trial = Trial(self._study, one._trial_id)
                    return Claim(self._study, self._proposed(trial), lock)
            if len(trials) >= self._wanted:
                return None
            self._study.sampler = self._sampler(len(trials))
            trial = self._study.ask()
            lock = self._hold(trial.number)
            assert lock, "nobody else takes a trial meanwhile"
            return Claim(self._study, self._proposed(trial), lock)

    def others(self) -> int:
        """How many trials are under way, by other commands."""
        return sum(not one.state.is_finished() for one in self._study.get_trials(deepcopy=False))

    def place(self, number: int) -> str:
        """The folder of a trial, below that of the study."""
        return f"{TRIALS_FOLDER}/{self._label}{number:04}"

    def _proposed(self, trial: Trial) -> Trial:
        """The trial, with a value of each part; those that it has already stay."""
        for name, distribution in self._space.items():
            propose(trial, name, distribution)
        return trial

    def _hold(self, number: int) -> FileLock | None:
        lock = FileLock(f"{self._folder / self.place(number)}.lock")
        with suppress(Timeout):
            lock.acquire(timeout=0)
            return lock
        return None


def study_lock(folder: Path) -> FileLock:
    """A lock of the study's folder, for moments; others wait for it."""
    return FileLock(folder / LOCK_FILE)
