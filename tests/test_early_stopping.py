"""Early stopping: when a training ends, which epoch is its result, and that it goes on to the same bits."""

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_compare import Adam, Plateau, Recipe, UsageError, compare, load_dataset, subset
from mnist_compare.experiment.early_stopping import best_epoch, is_over
from mnist_compare.experiment.training_state import PartialEpoch
from mnist_compare_numpy import NumpyExperiment

RECIPE = Recipe(
    optimizer=Adam(0.03), batch_size=20, epochs=12, precision="float64", patience=3, ema_decay=0.5, schedule=Plateau()
)


@pytest.fixture(scope="module")
def data():
    return subset(load_dataset("mnist"), train_size=200, test_size=100, validation=100)


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    """A training that its patience has ended, with its results and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    experiment = NumpyExperiment("mlp", RECIPE, seed=1)
    return experiment, experiment.fit(data, checkpoints=folder), folder


def bits(experiment):
    arrays = experiment.weights() | experiment.optimizer_state()
    return {name: array.tobytes() for name, array in arrays.items()}


def test_the_first_of_equal_epochs_is_the_best():
    """What is as good as the best is not better: it does not begin the waiting anew."""
    assert best_epoch([3.0, 2.0, 2.0, 2.5]) == 2
    assert not is_over(Recipe(patience=2), [3.0, 2.0, 2.0])
    assert is_over(Recipe(patience=2), [3.0, 2.0, 2.0, 2.5])
    assert not is_over(Recipe(), [1.0, 2.0, 3.0])


def test_the_network_of_the_best_epoch_is_the_result(whole, data):
    """It ends after `patience` epochs without a better one; the weights of the best are kept, tested and predict."""
    experiment, results, folder = whole
    losses = [result.validation_loss for result in results]
    best = int(np.argmin(losses)) + 1
    assert len(results) == best + 3 < RECIPE.epochs
    assert experiment.training.best_epoch == experiment.epoch == best
    assert experiment.evaluate(data, split="validation").loss == losses[best - 1]
    assert experiment.evaluate(data).loss == experiment.training.last_test.loss
    kept = sorted(path.name for path in folder.glob("*.safetensors"))
    assert kept == [f"epoch-{epoch:03d}.safetensors" for epoch in (best, best + 2, best + 3)]
    assert bits(NumpyExperiment.load(folder / kept[0])) == bits(experiment)


def test_the_test_images_are_looked_at_once(whole):
    """No epoch tells anything of the test; only the best network was evaluated on it."""
    experiment, results, _ = whole
    assert {(result.test_loss, result.test_accuracy) for result in results} == {(None, None)}
    assert experiment.training.last_test is not None


@pytest.mark.parametrize("asked", [2, 9, 12])
def test_what_was_stopped_goes_on_to_the_same_bits(asked, whole, data, tmp_path):
    """In the middle of an epoch as in the middle of patience: the same best epoch, weights and evaluation."""
    steps = []

    def stop():
        steps.append(None)
        return len(steps) > asked

    half = NumpyExperiment("mlp", RECIPE, seed=1)
    done = half.fit(data, checkpoints=tmp_path, stop=stop)
    on = half
    if half.training.best_epoch is None:
        on = NumpyExperiment.load(half.training.weights_file[0], partial=half.training.partial)
        done = [*done, *on.fit(data, checkpoints=tmp_path)]
    experiment, results, _ = whole
    assert [one.validation_loss for one in done] == [one.validation_loss for one in results]
    assert on.training.best_epoch == experiment.training.best_epoch
    assert on.training.last_test == experiment.training.last_test
    assert bits(on) == bits(experiment)


def test_a_stop_between_epochs_in_the_middle_of_patience(whole, data, tmp_path):
    """`until` ends a training after the best epoch and before its patience does: it goes on from there."""
    experiment, _, _ = whole
    until = experiment.training.best_epoch + 2
    half = NumpyExperiment("mlp", RECIPE, seed=1)
    half.fit(data, until=until, checkpoints=tmp_path)
    assert half.training.best_epoch is None
    assert half.training.last_test is None
    on = NumpyExperiment.load(tmp_path / f"epoch-{until:03d}.safetensors", partial=PartialEpoch())
    assert len(on.fit(data, checkpoints=tmp_path)) == 1
    assert bits(on) == bits(experiment)


def test_accuracy_can_decide(data):
    """Of the monitor `validation_accuracy` the most is the best."""
    experiment = NumpyExperiment("mlp", replace(RECIPE, monitor="validation_accuracy", patience=2), seed=1)
    shares = [result.validation_accuracy for result in experiment.fit(data)]
    assert experiment.training.best_epoch == int(np.argmax(shares)) + 1


def test_patience_without_validation_is_refused():
    """It is said before anything is trained, with the remedy."""
    with pytest.raises(UsageError, match=r"patience 3 goes by the validation loss.*--validation"):
        NumpyExperiment("mlp", RECIPE).fit(subset(load_dataset("mnist"), train_size=50, test_size=50))


@pytest.mark.parametrize("lost", ["last", "best"])
def test_a_killed_run_goes_on_to_the_same_record(lost, data, tmp_path):
    """Taken up in the middle of patience; where the best checkpoint is gone, from before it."""

    def run():
        options = {
            "recipe": RECIPE,
            "seeds": [1],
            "progress": False,
            "retime": False,
            "latency": False,
            "report": False,
        }
        (record,) = compare("numpy", "mlp", dataset=data, engine="inline", output=tmp_path / "run", **options).records
        return record

    record = run()
    (tmp_path / "run" / "results.jsonl").unlink()
    for last in tmp_path.glob(f"run/runs/*/epoch-{record.epochs:03d}.*"):
        last.unlink()
    if lost == "best":
        (tmp_path / "run" / record.weights).unlink()
    again = run()
    assert again.resumed == (lost != "best")
    assert (again.best_epoch, again.epochs) == (record.best_epoch, record.epochs)
    assert (again.weights_sha256, again.test) == (record.weights_sha256, record.test)
