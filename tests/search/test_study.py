"""A study: each trial is done once, whatever ends a command; results decide, and the best setting is tested once."""

import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from mnist_compare import tune
from mnist_compare.errors import UsageError
from mnist_compare.records.record import Status
from mnist_compare.records.results import RESULTS_FILE, read_all_records, read_records
from mnist_compare.runner.observer import Observer

pytest.importorskip("optuna")

SPACE = {
    "backends": ["numpy"],
    "architectures": ["mlp"],
    "epochs": 1,
    "threads": 1,
    "train_size": 200,
    "test_size": 50,
    "hold_out": 0.2,
    "trials": 5,
    "space": {"learning_rate": {"low": 0.001, "high": 0.5, "log": True}, "batch_size": [10, 20]},
}


def studied(folder, **changes):
    """The study of the space with these changes, in this process."""
    given = {name: changes.pop(name) for name in ("storage", "observer", "chosen") if name in changes}
    return tune(SPACE | changes, output=folder, engine="inline", progress=False, report=False, **given)


def told(records):
    """What the trials of a study were, and what has come of them: by number."""
    return {
        number: (run.spec.recipe.optimizer.learning_rate, run.spec.recipe.batch_size, run.seed, run.weights_sha256)
        for run in records
        for number in run.trials
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study that nothing has disturbed, and its folder."""
    folder = tmp_path_factory.mktemp("study") / "study"
    return studied(folder), folder


def test_held_out_images_decide_and_the_best_is_tested_once(study):
    """Every trial is there once; the best setting is trained on all training images; again, nothing is trained."""
    found, folder = study
    records = read_records(folder)
    assert sorted(number for run in records for number in run.trials) == [0, 1, 2, 3, 4]
    assert {(run.spec.data.judged_on, run.spec.data.train_size) for run in records} == {("validation", 160)}
    (chosen,) = found.chosen.records
    assert (chosen.spec.data.judged_on, chosen.spec.data.train_size, chosen.spec.data.test_size) == ("test", 200, 50)
    best = max(records, key=lambda run: run.test_accuracy)
    assert chosen.spec.recipe == best.spec.recipe == found.best["mlp"].recipe
    assert all((folder / run.weights).exists() for run in records)
    before = (folder / RESULTS_FILE).read_bytes()
    again = studied(folder)
    assert (folder / RESULTS_FILE).read_bytes() == before
    assert again.best == found.best


def test_more_trials_go_on_from_those_that_are_there(study, tmp_path):
    """The number of trials is that of all commands together, and changes nothing of the first ones."""
    few = studied(tmp_path / "few", trials=2, chosen=False)
    assert len(told(few.trials.records)) == 2
    more = studied(tmp_path / "few", chosen=False)
    assert told(more.trials.records) == told(study[0].trials.records)


class Killer(Observer):
    """Ends the command in the middle of a trial, as Ctrl-C does."""

    def __init__(self, number):
        self.left = number

    def run_event(self, run, event):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_a_trial_that_was_stopped_is_taken_up(study, tmp_path):
    """After Ctrl-C in a trial the same command finishes it under its number, to the bits of an undisturbed study."""
    with pytest.raises(KeyboardInterrupt):
        studied(tmp_path / "out", observer=Killer(12))
    assert 0 < len(read_records(tmp_path / "out")) < 5
    assert told(studied(tmp_path / "out").trials.records) == told(study[0].trials.records)


COMMAND = """
import sys
from mnist_compare import tune
from test_study import SPACE, studied
found = studied(sys.argv[1], trials=8, chosen=False)
"""


def test_two_commands_share_a_study_and_a_killed_one_loses_nothing(tmp_path):
    """Of two commands at once, one is killed; the other and the next one do every trial once."""
    folder = tmp_path / "out"
    command = [sys.executable, "-c", COMMAND, str(folder)]
    with (
        subprocess.Popen(command, cwd=__file__.rpartition("/")[0]) as first,
        subprocess.Popen(command, cwd=__file__.rpartition("/")[0]) as second,
    ):
        end = time.monotonic() + 60
        while not (folder / RESULTS_FILE).exists() and time.monotonic() < end:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        assert first.wait() == -signal.SIGKILL
        assert second.wait(60) == 0
    found = studied(folder, trials=8)
    records = read_all_records(folder)
    numbers = Counter(number for run in read_records(folder) for number in run.trials)
    assert numbers == dict.fromkeys(range(8), 1)
    assert Counter(run.status for run in records) == {Status.DONE: len(records)}
    assert (found.left, len(found.chosen.records)) == (0, 1)


def test_a_pruned_trial_is_no_failure(tmp_path):
    """It ends after an epoch in which others were ahead, is trained with no other seed, and cannot be the best."""
    found = studied(tmp_path / "out", trials=12, epochs=3, seeds=[0, 1], pruner="median", chosen=False)
    records = found.trials.records
    pruned = [run for run in records if run.status is Status.PRUNED]
    assert pruned
    assert {run.reason for run in pruned} <= {f"pruned by median after {n}" for n in ("1 epoch", "2 epochs")}
    assert {run.seed for run in pruned} == {0}
    recipes = {run.spec.recipe for run in pruned}
    assert not any(run.status is Status.DONE for run in records if run.spec.recipe in recipes)
    assert found.best["mlp"].recipe not in recipes
    assert found.best["mlp"].done == 2
    assert sorted({number for run in records for number in run.trials}) == list(range(12))


def test_equal_settings_are_trained_once(tmp_path):
    """Where a sampler proposes a setting again, the first trial's run is that of the later one, too."""
    space = {"learning_rate": [0.1, 0.01]}
    records = studied(tmp_path / "out", trials=5, sampler="random", space=space, chosen=False).trials.records
    assert len(records) == 2
    assert sorted(number for run in records for number in run.trials) == [0, 1, 2, 3, 4]


def test_a_journal_of_another_study_is_left_alone(study):
    """What differs is said; the folder stays as it is."""
    _, folder = study
    before = (folder / "journal.log").read_bytes()
    other = {"learning_rate": {"low": 0.002, "high": 0.5, "log": True}, "batch_size": [10, 20]}
    with pytest.raises(UsageError, match=r"space.learning_rate was .*0.001.* and is .*0.002"):
        studied(folder, space=other)
    with pytest.raises(UsageError, match="sampler was 'tpe' and is 'random'"):
        studied(folder, sampler="random")
    with pytest.raises(UsageError, match="images was"):
        studied(folder, invert=True)
    with pytest.raises(UsageError, match=r"is kept in journal.log, not in .*other.log"):
        studied(folder, storage=str(folder.parent / "other.log"))
    assert (folder / "journal.log").read_bytes() == before


def test_a_database_keeps_a_study(study, tmp_path):
    """A study in a database is that in a journal; another folder does not take its trials."""
    pytest.importorskip("sqlalchemy")
    address = f"sqlite:///{tmp_path / 'studies.db'}"
    found = studied(tmp_path / "out", storage=address, trials=2, chosen=False)
    assert told(found.trials.records).items() <= told(study[0].trials.records).items()
    with pytest.raises(UsageError, match="whose runs are in another folder"):
        studied(tmp_path / "elsewhere" / "out", storage=address)
    with pytest.raises(UsageError, match="is kept in sqlite:"):
        studied(tmp_path / "out")


def test_a_half_written_line_of_the_journal_is_taken_away(study, tmp_path):
    """After a power cut in the middle of a line the study goes on; what is no journal is refused."""
    few = studied(tmp_path / "out", trials=2, chosen=False)
    journal = tmp_path / "out" / "journal.log"
    journal.write_bytes(journal.read_bytes() + b'{"op_code":4,"wor')
    more = studied(tmp_path / "out", chosen=False)
    assert told(more.trials.records) == told(study[0].trials.records)
    assert told(few.trials.records).items() <= told(more.trials.records).items()
    journal.write_bytes(b"\0garbage\n" * 3)
    with pytest.raises(UsageError, match="no journal of a study, or it is damaged"):
        studied(tmp_path / "out")
