import time
import warnings

import numpy as np
import pytest
from msgspec.structs import replace

from mnist_compare.data import Dataset, subset
from mnist_compare.errors import BackendError, Diverged, UsageError
from mnist_compare.experiment import Experiment
from mnist_compare.experiment.loop import checkpoint_files
from mnist_compare.experiment.training_state import PartialEpoch
from mnist_compare.recipe import SGD, Adam, Recipe
from mnist_compare.recipe.schedules import Plateau
from mnist_compare_numpy import NumpyExperiment

ADAM = Recipe("adam", optimizer=Adam(0.002), batch_size=64, epochs=3).changed(schedule="cosine")
MOMENTUM = Recipe("momentum", optimizer=SGD(0.05, momentum=0.9), batch_size=64, epochs=3).changed(schedule="one_cycle")


def experiment(name="mlp", recipe=ADAM, **values):
    return NumpyExperiment(name, recipe, device="cpu", **values)


def checkpoint(folder, epoch):
    return folder / f"epoch-{epoch:03d}.safetensors"


def assert_same_bits(one, other):
    assert all(np.array_equal(array, other.weights()[name]) for name, array in one.weights().items())
    assert all(np.array_equal(array, other.optimizer_state()[name]) for name, array in one.optimizer_state().items())


def test_every_epoch_has_a_result(small):
    """Fitting gives a result per epoch: falling losses, metrics of all parts, learning rates, and step losses."""
    history = experiment().fit(small)
    assert [result.epoch for result in history] == [1, 2, 3]
    assert history[2].train_loss < history[1].train_loss < history[0].train_loss
    assert all(0 <= result.validation_accuracy <= 1 and result.validation_loss > 0 for result in history)
    assert [result.learning_rate for result in history] == pytest.approx([0.002, 0.0015, 0.0005])
    assert history[0].loss_every == 100
    assert [len(result.step_losses) for result in history] == [1, 1, 1]


def test_step_losses_are_means(arrays):
    """The losses of a long epoch are given as means over a hundred steps each, the last over what is left."""
    recipe = Recipe(optimizer=SGD(0.0), batch_size=2, shuffle=False, precision="float64")
    network = experiment("mlp", recipe)
    (result,) = network.fit(arrays, epochs=1)
    outputs = network.outputs(arrays.train_images, 300)
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(300), arrays.train_labels]
    assert result.step_losses == pytest.approx([losses[:200].mean(), losses[200:].mean()], rel=1e-12)


def test_without_validation_images_there_are_no_results(mnist):
    """A set without validation images has None for its validation results, not a number."""
    (result,) = experiment().fit(subset(mnist, train_size=100, test_size=50), epochs=1)
    assert (result.validation_loss, result.validation_accuracy) == (None, None)


def test_validation_images_do_not_change_the_training(small):
    """Looking at validation images leaves the training to the bit as it is without them."""
    without = Dataset("without", small.train_images, small.train_labels, small.test_images, small.test_labels)
    one, other = experiment(), experiment()
    one.fit(small, epochs=2)
    other.fit(without, epochs=2)
    assert_same_bits(one, other)


def test_the_recipe_sets_images_apart_for_validation(small):
    """A share in the recipe is a split of the images that are trained on, and of those that are evaluated."""
    whole = Dataset("whole", small.train_images, small.train_labels, small.test_images, small.test_labels)
    told, given = experiment(recipe=ADAM.changed(validation_split=0.2)), experiment(recipe=ADAM)
    assert (
        told.fit(whole, epochs=1)[0].validation_loss
        == given.fit(subset(whole, validation=60), epochs=1)[0].validation_loss
    )
    assert_same_bits(told, given)
    assert np.sum(told.evaluate(whole, "validation").confusion) == 60


PLATEAU = MOMENTUM.changed(schedule=Plateau(factor=0.5, patience=1, threshold=1.0), epochs=4)


def test_a_plateau_goes_on_to_the_same_bits(small, tmp_path):
    """The rate falls by the validation losses, also after a stop within an epoch, in another process, from the file."""
    whole = experiment(recipe=PLATEAU)
    history = whole.fit(small)
    rates = [result.learning_rate for result in history]
    assert rates == [0.05, 0.05, 0.025, 0.0125]
    experiment(recipe=PLATEAU).fit(small, until=2, checkpoints=tmp_path)
    stopped = NumpyExperiment.load(checkpoint(tmp_path, 2), device="cpu")
    assert stopped.fit(small, checkpoints=tmp_path, stop=lambda: stopped.step > 10) == []
    assert stopped.training.partial.losses
    loaded = NumpyExperiment.load(checkpoint_files(tmp_path)[-1], device="cpu")
    assert loaded.training.validation_losses == tuple(result.validation_loss for result in history[:2])
    assert [result.learning_rate for result in loaded.fit(small)] == rates[2:]
    assert_same_bits(whole, loaded)


def test_a_plateau_needs_validation_images(mnist):
    """Without validation images there is no plateau to be found: that is said before anything is trained."""
    network = experiment(recipe=PLATEAU)
    with pytest.raises(
        UsageError, match=r"'plateau' goes by the validation loss, but there are no .* validation_split"
    ):
        network.fit(subset(mnist, train_size=100, test_size=50))
    assert network.step == 0


def test_progress_and_epochs_are_told(small):
    """Progress comes in rising steps that end at the last one of each epoch, and each epoch is told once, in order."""
    seen, epochs = [], []
    experiment().fit(small, epochs=2, on_progress=seen.append, on_epoch=lambda result: epochs.append(result.epoch))
    assert epochs == [1, 2]
    assert {(progress.epochs, progress.steps) for progress in seen} == {(2, 5)}
    for epoch in (1, 2):
        steps = [progress.step for progress in seen if progress.epoch == epoch]
        assert steps == sorted(set(steps))
        assert steps[-1] == 5
    assert seen[0].step == 1
    assert all(0 < progress.loss < 10 for progress in seen)
    assert seen[-1].images_per_second > 0


def test_a_slow_listener_does_not_count_as_training(small):
    """The time that a listener takes is in no phase of the training."""
    network = experiment()
    began = time.perf_counter()
    network.fit(small, epochs=2, on_progress=lambda _: time.sleep(0.1), on_epoch=lambda _: time.sleep(0.2))
    slept = time.perf_counter() - began - sum(network.training.seconds.values())
    assert slept >= 0.1 * 4 + 0.2 * 2


def test_times_are_measured_apart(small, tmp_path):
    """The first step, training, evaluation and saving have times of their own, which add up over the epochs."""
    network = experiment()
    history = network.fit(small, checkpoints=tmp_path)
    assert all(network.training.seconds[phase] > 0 for phase in ("build", "data", "first_step", "training"))
    assert sum(result.train_seconds for result in history) == pytest.approx(network.training.seconds["training"])
    assert sum(result.evaluation_seconds for result in history) == pytest.approx(network.training.seconds["evaluation"])
    assert sum(result.checkpoint_seconds for result in history) == pytest.approx(network.training.seconds["checkpoint"])
    assert network.images_per_second == (3 * 300 - 64) / network.training.seconds["training"]


@pytest.mark.parametrize(("name", "recipe"), [("convnet", ADAM), ("convnet", MOMENTUM), ("mlp", MOMENTUM)])
def test_training_goes_on_to_the_same_bits(small, tmp_path, name, recipe):
    """Training that is stopped after an epoch and loaded again ends with the bits of training that was not stopped."""
    whole = experiment(name, recipe, seed=3)
    history = whole.fit(small, checkpoints=tmp_path)
    loaded = NumpyExperiment.load(checkpoint(tmp_path, 2), device="cpu")
    rest = loaded.fit(small)
    assert_same_bits(whole, loaded)
    assert [result.epoch for result in rest] == [3]
    assert rest[0].step_losses == history[2].step_losses


def stopped_in_its_first_epoch(small, folder):
    """A training that was stopped after a step, and its checkpoint."""
    stopped = experiment()
    assert stopped.fit(small, checkpoints=folder, stop=lambda: stopped.step > 0) == []
    (file,) = folder.iterdir()
    return stopped, file


def test_an_epoch_that_goes_on_knows_the_losses_that_it_is_given(small, tmp_path):
    """With the partial epoch, a training that was stopped in it tells all losses of its steps; without, the others'.
    Both end with the bits of training that was not stopped.
    """
    whole = experiment()
    (result,) = whole.fit(small, until=1)
    stopped, file = stopped_in_its_first_epoch(small, tmp_path)
    given = NumpyExperiment.load(file, device="cpu", partial=stopped.training.partial)
    assert given.training.partial == stopped.training.partial
    assert given.fit(small, until=1)[0].step_losses == result.step_losses
    forgotten = NumpyExperiment.load(file, device="cpu")
    (later,) = forgotten.fit(small, until=1)
    known = stopped.training.partial.losses
    assert later.step_losses[0] * (5 - len(known)) + sum(known) == pytest.approx(5 * result.step_losses[0])
    for network in (given, forgotten):
        assert_same_bits(whole, network)


def test_the_partial_epoch_of_another_checkpoint_is_refused(small, tmp_path):
    """Losses that are not as many as the steps that the file was saved after are a UsageError with both numbers."""
    _, file = stopped_in_its_first_epoch(small, tmp_path)
    with pytest.raises(UsageError, match=r"at step 1 of an epoch, and the partial epoch is at step 3\. Give"):
        NumpyExperiment.load(file, device="cpu", partial=PartialEpoch([1.0] * 3))


@pytest.mark.parametrize("name", ["epoch", "step"])
def test_only_training_counts_epochs_and_steps(name):
    """How many epochs and steps are done can be read, and not set: batches and learning rates follow from them."""
    network = experiment()
    with pytest.raises(AttributeError, match=f"'{name}'"):
        setattr(network, name, 2)
    assert getattr(network, name) == 0


def test_a_finished_training_is_finished(small):
    """Fitting again does nothing, says so in a warning, and goes on once more epochs are asked for in all."""
    network = experiment()
    network.fit(small)
    before = network.weights()["linear1.weight"]
    with pytest.warns(UserWarning, match=r"Nothing was trained: 3 epochs are done, .* ends after 3\.") as told:
        assert network.fit(small) == []
    assert "fit(..., epochs=4) trains one more" in str(told[0].message)
    assert told[0].filename == __file__
    assert np.array_equal(network.weights()["linear1.weight"], before)
    assert [result.epoch for result in network.fit(small, epochs=4)] == [4]


def test_the_epochs_of_two_calls_are_counted_together(small):
    """A second fit(epochs=1) trains nothing, with a warning that names what trains one more; until likewise."""
    network = experiment()
    assert len(network.fit(small, epochs=1)) == 1
    with pytest.warns(UserWarning, match=r"1 epoch is done, .* ends after 1\. epochs counts all epochs.*epochs=2\)"):
        assert network.fit(small, epochs=1) == []
    with pytest.warns(UserWarning, match=r"until counts all epochs.*until=2\)"):
        network.fit(small, epochs=3, until=1)
    assert [result.epoch for result in network.fit(small, epochs=3, until=2)] == [2]


def test_a_loaded_training_warns_too(small, tmp_path):
    """A finished training that is loaded is finished still; where no epoch is asked for there is no warning."""
    network = experiment()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert network.fit(small, epochs=0) == []
        network.fit(small, epochs=2, checkpoints=tmp_path)
    loaded = NumpyExperiment.load(checkpoint(tmp_path, 2), device="cpu")
    with pytest.warns(UserWarning, match="epochs=3"):
        loaded.fit(small)


def test_the_last_two_checkpoints_are_kept(small, tmp_path):
    """After every epoch there is a checkpoint; the last two stay, and other files are left alone."""
    (tmp_path / "notes.txt").write_text("mine")
    seen = []
    network = experiment()
    network.fit(small, checkpoints=tmp_path, on_epoch=lambda _: seen.append(sorted(p.name for p in tmp_path.iterdir())))
    names = [f"epoch-{epoch:03d}.safetensors" for epoch in (1, 2, 3)]
    assert seen == [[*names[:1], "notes.txt"], [*names[:2], "notes.txt"], [*names[1:], "notes.txt"]]
    assert network.training.weights_file[0] == checkpoint(tmp_path, 3)


def test_all_epochs_are_kept_where_that_is_asked(small, tmp_path):
    """With keep_epochs there is a checkpoint of each epoch in the end; those from within an epoch still go."""
    asked = iter([False] * 3 + [True] + [False] * 100)
    network = experiment()
    network.fit(small, checkpoints=tmp_path, keep_epochs=True, stop=lambda: next(asked))
    assert any("step" in path.name for path in tmp_path.iterdir())
    network.fit(small, checkpoints=tmp_path, keep_epochs=True)
    assert sorted(tmp_path.iterdir()) == [checkpoint(tmp_path, epoch) for epoch in (1, 2, 3)]


def test_the_newest_checkpoint_is_kept_after_a_thousand_epochs(small, tmp_path):
    """The file that was written last is never the one that is removed, also when epochs get a fourth digit."""
    network = experiment("linear", Recipe("long", loss="mean_squared_error", optimizer=SGD(1e-4), epochs=1001))
    network.training = replace(network.training, epoch=997)
    network.fit(small, checkpoints=tmp_path)
    assert checkpoint(tmp_path, 1001).exists()
    assert checkpoint(tmp_path, 1000).exists()


def test_old_checkpoints_do_not_push_out_new_ones(small, tmp_path):
    """A folder that holds a longer run's checkpoints still gets, and keeps, those of a new run."""
    experiment().fit(small, checkpoints=tmp_path)
    again = experiment()
    again.fit(small, epochs=1, checkpoints=tmp_path)
    assert again.training.weights_file[0].exists()


def test_a_loss_that_is_no_number_stops_the_training(small):
    """A learning rate that is far too high ends in Diverged, which says in which epoch and step."""
    recipe = Recipe("wild", loss="mean_squared_error", optimizer=SGD(1e4), batch_size=16, epochs=3)
    epochs = []
    with np.errstate(all="ignore"), pytest.raises(Diverged, match=r"loss became (inf|nan) .*epoch 1, step \d+"):
        experiment("linear", recipe).fit(small, on_epoch=epochs.append)
    assert epochs == []


def test_zero_epochs(small):
    """Zero epochs train nothing, and the network can still be evaluated."""
    network = experiment()
    assert network.fit(small, epochs=0) == []
    assert network.evaluate(small).count == 100


AVERAGED = MOMENTUM.changed(ema_decay=0.9)


def test_averages_are_evaluated_and_trained_on_without(small, tmp_path):
    """Averages change no weight; evaluation and predictions take them, and training goes on to the same bits."""
    plain, averaged = experiment(recipe=MOMENTUM), experiment(recipe=AVERAGED)
    begun = averaged.evaluate(small).loss
    assert begun == plain.evaluate(small).loss
    lost, found = plain.fit(small), averaged.fit(small, checkpoints=tmp_path)
    assert all(np.array_equal(array, averaged.weights()[name]) for name, array in plain.weights().items())
    assert [one.test_loss != other.test_loss for one, other in zip(lost, found, strict=True)] == [True] * 3
    by_hand = experiment(recipe=MOMENTUM)
    state = averaged.optimizer_state()
    by_hand.restore({name: state[f"{name}.average"] for name in averaged.architecture.parameters}, None)
    assert by_hand.evaluate(small).loss == averaged.evaluate(small).loss == found[-1].test_loss
    images = small.test_images[:20]
    assert np.array_equal(by_hand.predict(images).outputs, averaged.predict(images).outputs)
    loaded = NumpyExperiment.load(checkpoint(tmp_path, 2), device="cpu")
    loaded.fit(small)
    assert_same_bits(averaged, loaded)


def test_averages_begin_with_the_initial_weights(small):
    """The average is decay * average + (1 - decay) * weight after every step, from the initial weights on."""
    network = experiment(recipe=AVERAGED)
    wanted = network.weights()
    arrays = network._arrays(small)
    plan = network.plan(len(arrays.train_labels))
    for number in range(3):
        network.train(arrays.train_images, arrays.train_labels, plan.steps(number, number + 1))
        wanted = {name: 0.9 * array + (1 - 0.9) * network.weights()[name] for name, array in wanted.items()}
    state = network.optimizer_state()
    assert all(np.array_equal(state[f"{name}.average"], array) for name, array in wanted.items())


def test_a_backend_without_averages_refuses_them():
    """A recipe that asks for averages is refused by a backend that has none, before anything is trained."""

    class Plain(NumpyExperiment):
        swap_averages = Experiment.swap_averages

    with pytest.raises(BackendError, match=r"'numpy' keeps no running averages .* ema_decay: leave that out"):
        Plain("mlp", AVERAGED, device="cpu")
