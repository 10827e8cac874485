"""Figures of courses, classes and memory: marks stand at the records' values, and titles say what follows."""

import pytest
from drawings import drawn, marks, parsed, place, texts, titles
from msgspec.structs import replace
from synthetic_records import make_record

from mnist_compare.recipe.schedules import Cosine, Plateau
from mnist_compare.records.record import Status


def test_courses_hold_the_records_values():
    """Every epoch's test loss and accuracy stand under the pointer."""
    record = make_record("torch", epochs=4)
    for name in ("epochs", "time"):
        found = titles(drawn("courses", [record])[name].wide)
        for epoch in record.history:
            at = f"epoch {epoch.epoch}" + (f", {2 * epoch.epoch} s" if name == "time" else "")
            assert f"cnn, torch, {at}: test accuracy {100 * epoch.test_accuracy:.2f} %" in found
            assert f"cnn, torch, {at}: test loss {epoch.test_loss:.4g}" in found


def test_courses_have_their_numbers():
    """What is drawn by epoch can be read as a table, without columns for which there is nothing."""
    record = make_record("torch", epochs=2)
    table = drawn("courses", [record])["epochs"].numbers
    assert table.columns == (
        "network",
        "backend",
        "epoch",
        "train loss",
        "train accuracy",
        "test loss",
        "test accuracy",
    )
    last = record.history[-1]
    assert table.rows[-1][:3] == ("cnn", "torch", "2")
    assert table.rows[-1][-2:] == (f"{last.test_loss:.4g}", f"{100 * last.test_accuracy:.2f} %")


def test_seeds_of_a_course_are_averaged():
    """Of several seeds the mean is drawn over a pale range, with no mark of a single seed."""
    records = [make_record("torch", seed=seed, noise=0.3 + 0.1 * seed) for seed in range(3)]
    found = drawn("courses", records)["epochs"]
    mean = sum(record.history[-1].test_accuracy for record in records) / 3
    assert f"cnn, torch, epoch 3: test accuracy {100 * mean:.2f} %" in titles(found.wide)
    assert any(path.get("class") == "range torch" for path in parsed(found.wide).iter("path"))


def test_how_far_courses_are_apart():
    """The title names the epoch after which the backends are furthest apart, or that they never are."""
    same = drawn("courses", [make_record("torch"), make_record("keras")])["epochs"]
    assert same.finding == "After the same epoch, all backends of a network have the same test accuracy"
    other = make_record("keras")
    history = [*other.history[:1], replace(other.history[1], test_accuracy=other.history[1].test_accuracy - 0.02)]
    found = drawn("courses", [make_record("torch"), replace(other, history=[*history, other.history[2]])])["epochs"]
    assert found.finding == (
        "After the same epoch, test accuracies of a network are at most 2.00 points apart (cnn, epoch 2)"
    )


def test_times_of_a_course_are_claimed_where_they_can_be():
    """How long the same epochs took is said of times that may be compared."""
    quiet = [make_record("torch", seconds=2.0), make_record("keras", seconds=4.0)]
    assert drawn("courses", quiet)["time"].finding == (
        "The same epochs took torch 6.00 s and keras 12.0 s of training (cnn)"
    )
    crowded = [replace(record, jobs=2) for record in quiet]
    assert "cannot be compared" in drawn("courses", crowded)["time"].finding


def test_two_axes():
    """Training loss and test accuracy on two axes, as the documents draw them; the title counts what fell and rose."""
    found = drawn("courses", [make_record("torch", noise=0.5)])["two-axes"]
    assert found.finding == "From first to last epoch, training loss fell and test accuracy rose of cnn in torch"
    assert {"loss", "accuracy, %", "training loss, left axis"} <= set(texts(found.wide))
    record = make_record("torch", noise=0.5)
    falling = replace(record, history=[replace(e, epoch=4 - e.epoch) for e in record.history[::-1]])
    assert drawn("courses", [falling])["two-axes"].finding.endswith("rose in 0 of 1 course")


def test_one_epoch_is_no_course_on_two_axes():
    """Of one epoch there is nothing to see rise or fall."""
    assert "two-axes" not in drawn("courses", [make_record(epochs=1)])


def test_missing_training_metrics():
    """Where the training images were not evaluated, the test loss is drawn in their place, and said."""
    record = make_record("torch")
    bare = [replace(epoch, train_loss=None, train_accuracy=None) for epoch in record.history]
    found = drawn("courses", [replace(record, history=bare, train_loss=None, train_accuracy=None)])
    assert "test loss, left axis" in texts(found["two-axes"].wide)
    assert "training" not in texts(found["epochs"].wide)


def test_a_run_that_diverged_flattens_nothing():
    """Losses beyond all bounds stand at the edge, and those of the others keep their room."""
    good = make_record("torch")
    bad = make_record("keras", status=Status.DIVERGED)
    bad = replace(bad, history=[replace(epoch, test_loss=1e9, train_loss=1e30) for epoch in bad.history])
    found = marks(drawn("courses", [good, bad])["epochs"].narrow)
    heights = [place(mark)[1] for name, mark in found.items() if "torch" in name and "test loss" in name]
    assert max(heights) - min(heights) > 10
    assert any("keras (diverged)" in name for name in found)


def test_losses_along_the_steps():
    """The mean over some steps stands at the step at which it ends; of very many, neighbours are joined."""
    record = make_record("torch")
    found = drawn("courses", [record])["steps"]
    assert f"cnn, torch, step 100: loss {record.history[0].step_losses[0]:.4g}" in titles(found.wide)
    assert "means of 100 steps" in texts(found.wide)
    long = replace(record, history=[replace(e, step_losses=[1.0] * 1000, loss_every=1) for e in record.history])
    found = drawn("courses", [long])["steps"]
    assert "joined" in found.caption
    assert len(found.wide) < 20_000


def test_equal_losses_along_the_steps():
    """Backends whose losses are equal are said to be equal, others by how much they part at most."""
    records = [make_record("torch"), make_record("keras")]
    assert "are equal" in drawn("courses", records)["steps"].finding
    history = [replace(epoch, step_losses=[loss + 0.25 for loss in epoch.step_losses]) for epoch in records[1].history]
    found = drawn("courses", [records[0], replace(records[1], history=history)])["steps"]
    assert "at most 0.250 apart (cnn, step " in found.finding


def test_learning_rates():
    """A constant rate is told as one, another by what it lies between."""
    record = make_record()
    assert drawn("courses", [record])["schedule"].finding == "The learning rate stays at 0.001"
    cosine = record.spec.recipe.changed(schedule=Cosine(final=0.1))
    found = drawn("courses", [make_record(recipe=cosine)])["schedule"].finding
    assert found.startswith("The learning rate of cnn changes between 0.0001 and 0.001")


def test_learning_rates_on_plateaus_are_those_that_runs_have_taken():
    """The rate is drawn as the validation losses of the records make it: once where all agree, else by run."""
    plateau = make_record().spec.recipe.changed(schedule=Plateau(0.5, patience=1))

    def run(backend, losses):
        record = make_record(backend, recipe=plateau)
        epochs = [replace(epoch, validation_loss=loss) for epoch, loss in zip(record.history, losses, strict=True)]
        return replace(record, history=epochs)

    stuck, better = [0.5, 0.5, 0.5], [0.5, 0.4, 0.3]
    alike = drawn("courses", [run("torch", stuck), run("keras", stuck)])["schedule"]
    assert alike.finding == "The learning rate of cnn changes between 0.0005 and 0.001"
    apart = drawn("courses", [run("torch", stuck), run("keras", better)])["schedule"]
    assert "The learning rate of cnn torch, seed 0 changes" in apart.finding
    assert "cnn keras, seed 0: 0.001, 3 epochs" in titles(apart.wide)


def test_classes_hold_the_records_shares():
    """The share of every digit is under the pointer, and the worst one in the title."""
    record = make_record("torch", noise=0.5)
    found = drawn("classes", [record])["classes"]
    for score in record.test.digits:
        assert f"cnn, digit {score.digit}, torch: {100 * score.accuracy:.2f} % of {score.count}" in titles(found.wide)
    worst = min(record.test.digits, key=lambda score: score.accuracy)
    assert found.finding == (f"Digit {worst.digit} is recognised least often by torch: {100 * worst.accuracy:.2f} %")


def test_mistakes_are_counted():
    """Every mistake of the matrix is a cell, runs are added up, and the most frequent one is the title."""
    records = [make_record("torch", seed=seed, noise=0.5) for seed in range(2)]
    found = drawn("classes", records)["confusion"]
    counts = {}
    for record in records:
        for a, row in enumerate(record.test.confusion):
            for b, count in enumerate(row):
                if a != b and count:
                    counts[a, b] = counts.get((a, b), 0) + count
    told = titles(found.wide)
    assert sorted(told) == sorted(f"{a} read as {b}: {n} image{'s' * (n > 1)}" for (a, b), n in counts.items())
    most = max(counts.values())
    assert f"{most} of {sum(counts.values())} mistakes" in found.finding
    assert "added up" in found.caption


def test_no_mistake():
    """A network that makes none is said to make none."""
    assert (
        drawn("classes", [make_record(noise=0.0)])["confusion"].finding == "No test image was taken for another digit"
    )


@pytest.mark.parametrize(
    ("memory", "finding"),
    [
        ({"torch": [5e8, 5.1e8], "keras": [9e8, 9.1e8]}, "torch took the least memory in cnn: 505 MB"),
        ({"torch": [5e8, 9e8], "keras": [6e8, 8e8]}, "No backend took clearly the least memory in cnn: 700 MB"),
        ({"torch": [5e8]}, "Runs took 500 MB of memory"),
    ],
)
def test_who_took_the_least_memory(memory, finding):
    """One backend is named where all of its runs took less than all of the others."""
    records = [
        make_record(name, seed=seed, peak_memory_bytes=int(value))
        for name, values in memory.items()
        for seed, value in enumerate(values)
    ]
    found = drawn("resources", records)
    assert found["memory"].finding == finding
    assert "gpu-memory" not in found


def test_gpu_memory():
    """Where runs have taken memory of a GPU, it has a figure of its own."""
    found = drawn("resources", [make_record("torch", device="cuda", device_memory_bytes=2_000_000_000)])
    assert found["gpu-memory"].finding == "Runs took 2,000 MB of GPU memory"
    assert "2,000 MB" in texts(found["gpu-memory"].wide)
