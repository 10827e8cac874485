"""What figures and sentences say where there is little of something: one network, equal accuracies, nothing done."""

import pytest
from drawings import drawn
from msgspec.structs import replace
from synthetic_records import make_record
from synthetic_settings import rates, trial

from mnist_compare.records.record import Status
from mnist_compare.report.figures import write_figures
from mnist_compare.report.markdown import report_markdown
from mnist_compare.report.settings import find_studies
from mnist_compare.report.statistics import group_runs
from mnist_compare.report.trials import find_courses


def two_rates(**changes):
    """One network with two learning rates."""
    return [one for one in rates({"torch": {}}, **changes) if one.spec.recipe.optimizer.learning_rate in (0.1, 0.01)]


def test_two_learning_rates_of_a_network_are_no_two_networks():
    """Neither the figure of rates nor that of throughput calls settings of one network networks."""
    assert drawn("courses", two_rates())["schedule"].finding == "No learning rate changes: they are 0.01 to 0.1"
    assert drawn("speed", two_rates())["throughput"].finding.startswith("The settings recognise ")


def test_equal_accuracies_and_different_speeds():
    """The sentence about both has a verb for each."""
    records = [
        make_record(name, seconds=seconds, test_accuracy=0.98) for name, seconds in (("torch", 2.0), ("keras", 4.0))
    ]
    finding = drawn("speed", records)["throughput"].finding
    assert finding == "In cnn, accuracy is the same, throughput differs by a factor of up to 2.00"


def test_trainings_that_ended_early_did_not_do_the_same_epochs():
    """With early stopping the times are of different numbers of epochs, and the figure's words say so."""
    records = [make_record(name, epochs=epochs) for name, epochs in (("torch", 3), ("keras", 6))]
    finding = drawn("courses", records)["time"].finding
    assert finding.startswith("Trainings that ended after different numbers of epochs took torch 6.00 s")
    alike = drawn("courses", [make_record("torch"), make_record("keras", seconds=4.0)])["time"].finding
    assert alike.startswith("The same epochs took torch 6.00 s")


@pytest.mark.parametrize(("patience", "watched"), [(0, "test"), (2, "validation")])
def test_the_figure_over_time_names_the_images_that_it_shows(patience, watched, tmp_path):
    """With early stopping it shows the accuracy on validation images, and its title says so."""
    record = make_record(recipe=make_record().spec.recipe.changed(patience=patience))
    history = [replace(epoch, validation_accuracy=0.5, validation_loss=1.0) for epoch in record.history]
    titles = [figure.title for figure in write_figures([replace(record, history=history)], tmp_path)]
    assert f"{watched} accuracy over training time" in titles


def test_a_network_that_was_never_trained_was_to_be():
    """Where every run was refused, the report does not say that the network was trained."""
    refused = make_record(status=Status.REFUSED, reason="no GPU", epochs=0, history=[])
    assert "The network cnn was to be trained by torch on 24,000 images" in report_markdown([refused], {})
    assert "The network cnn was trained by torch on 24,000 images" in report_markdown([make_record()], {})


def test_a_pruned_trial_with_early_stopping_has_the_accuracy_that_pruned_it():
    """It was judged by the validation images of its last epoch, and stands there, not at 0."""
    recipe = make_record().spec.recipe.changed(patience=3)
    found = []
    for number, rate in enumerate((0.1, 0.01, 0.001)):
        record = trial(
            "torch", recipe.changed(learning_rate=rate), 0.3, status=Status.PRUNED if number == 2 else Status.DONE
        )
        data = replace(record.spec.data, validation_size=600)
        history = [replace(one, test_accuracy=None, test_loss=None, validation_accuracy=0.4) for one in record.history]
        found.append(replace(record, trials=(number,), spec=replace(record.spec, data=data), history=history))
    (study,) = find_studies(group_runs(found))
    (course,) = find_courses(study)
    assert [one.accuracy for one in course.pruned] == [0.4]
