import math

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from synthetic_records import make_record

from mnist_compare.document.style import backend_styles, house_style
from mnist_compare.recipe import RECIPES
from mnist_compare.records.record import Status
from mnist_compare.report.curves import epoch_figure, step_figure, time_figure
from mnist_compare.report.figures import write_figures
from mnist_compare.report.samples import sample_grid
from mnist_compare.report.statistics import group_runs


def drawn(path):
    """Whether a PNG shows more than an empty sheet."""
    with Image.open(path) as image:
        return len(image.convert("RGB").getcolors(1 << 24)) > 10


@pytest.mark.filterwarnings("error")
def test_figures_are_written_in_both_formats(tmp_path):
    """Every figure is there as an image for a page and as a drawing for print, and none is empty."""
    records = [make_record(name, seed=seed, noise=0.3 + 0.02 * seed) for name in ("torch", "keras") for seed in (0, 1)]
    figures = write_figures(records, tmp_path)
    assert [figure.title for figure in figures] == [
        "loss and accuracy per epoch",
        "training loss along the steps",
        "test accuracy over training time",
        "where the time went",
        "test accuracy per digit",
        "which digit was taken for which",
    ]
    for png, svg in figures.values():
        assert drawn(png)
        assert svg.read_text().rstrip().endswith("</svg>")


@pytest.mark.filterwarnings("error")
def test_regression_of_one_epoch_can_be_drawn(tmp_path):
    """A regression that finds hardly a digit, trained for one epoch, still has its figures."""
    figures = write_figures([make_record("paddle", "linear", epochs=1, noise=4.0)], tmp_path)
    assert len(figures) == 6
    assert all(drawn(png) for png, _ in figures.values())


@pytest.mark.filterwarnings("error")
def test_diverged_run_is_drawn_as_far_as_it_came(tmp_path):
    """A diverged run's curve ends where it ended, with numbers that are no numbers left out."""
    record = make_record("keras", "mlp", status=Status.DIVERGED, reason="The loss became nan")
    last = replace(record.history[-1], train_loss=math.nan, test_loss=math.inf, step_losses=[1e30, math.nan])
    record = replace(record, history=[*record.history[:-1], last])
    figures = write_figures([record, make_record("torch", "mlp", epochs=4)], tmp_path)
    assert all(drawn(png) for png, _ in figures.values())
    only = write_figures([record], tmp_path)
    assert len(only) == 3


def with_losses(record, *losses):
    """The record with these losses after its epochs, in training and test, and 1 % more in each."""
    history = [
        replace(
            epoch, train_loss=loss, test_loss=loss, step_losses=[loss] * 3, train_accuracy=0.9778, test_accuracy=0.9778
        )
        for epoch, loss in zip(record.history, losses, strict=True)
    ]
    return replace(record, history=history)


@pytest.mark.parametrize("draw", [epoch_figure, step_figure, time_figure])
def test_a_difference_that_is_none_does_not_fill_the_plot(draw):
    """What differs by 1e-8 is drawn as one line, on an axis that shows 1 % of the value at least, in whole numbers."""
    record = with_losses(make_record("torch"), 1.285, 1.285 + 1e-8, 1.285 - 1e-8)
    (group,) = group_runs([record])
    with house_style():
        figure = draw(group, backend_styles(["torch"]), "")
        figure.canvas.draw()
        for axes in figure.axes:
            low, high = axes.get_ylim()
            assert high - low >= 0.01 * low / 2
            assert axes.yaxis.get_offset_text().get_text() == ""


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (60, "mean of 100 steps"),
        (240_000, "of each step"),
        (1000, "mean of 24 steps"),
        (100, "mean of 100 steps (the last of an epoch: 40)"),
    ],
)
def test_the_axis_says_how_many_steps_a_point_is_the_mean_of(batch, words):
    """Points over fewer steps than usual are not called means of 100."""
    record = make_record("torch", recipe=replace(RECIPES["cnn"], batch_size=batch))
    (group,) = group_runs([record])
    with house_style():
        (axes,) = step_figure(group, backend_styles(["torch"]), "").axes
    assert axes.get_ylabel() == f"loss (cross-entropy)\n{words}"


def test_validation_has_a_line_of_its_own():
    """With a validation set, the figure has three lines per backend, and the legend names them."""
    record = make_record("torch")
    (group,) = group_runs([record])
    history = [replace(epoch, validation_loss=0.5, validation_accuracy=0.9) for epoch in record.history]
    (validated,) = group_runs([replace(record, history=history)])
    with house_style():
        for one, names in ((group, ["training", "test"]), (validated, ["training", "validation", "test"])):
            figure = epoch_figure(one, backend_styles(["torch"]), "")
            assert [text.get_text() for text in figure.legends[0].get_texts()] == ["torch", *names]
            drawn = [line for line in figure.axes[0].lines if len(line.get_xdata())]
            assert len(drawn) == len(names)


def test_the_best_epoch_of_each_run_is_marked():
    """With early stopping, a vertical line stands at each best epoch, named once; without it there is none."""
    records = [make_record("torch", seed=seed, best_epoch=best) for seed, best in enumerate((2, 3, 2))]
    for some, marked in ((records, [2, 3]), ([make_record("torch")], [])):
        (group,) = group_runs(some)
        with house_style():
            figure = epoch_figure(group, backend_styles(["torch"]), "")
        for axes in figure.axes:
            upright = [line.get_xdata() for line in axes.lines if list(line.get_ydata()) == [0, 1]]
            assert [one[0] for one in upright] == marked
        names = [text.get_text() for text in figure.legends[0].get_texts()]
        assert names.count("best epoch") == bool(marked)


def test_steps_are_whole_numbers():
    """No step has two ticks, however few there are."""
    record = make_record("torch", epochs=2, recipe=replace(RECIPES["cnn"], batch_size=24_000))
    history = [replace(epoch, step_losses=[1.0 / epoch.epoch]) for epoch in record.history]
    (group,) = group_runs([replace(record, history=history)])
    with house_style():
        figure = step_figure(group, backend_styles(["torch"]), "")
        figure.canvas.draw()
        labels = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert len(set(labels)) == len(labels)
    assert all(float(text.get_position()[0]).is_integer() for text in figure.axes[0].get_xticklabels())


def test_a_single_point_is_no_course(tmp_path):
    """Where a run has one loss along its steps, there is no figure of them."""
    record = make_record("torch", epochs=1)
    (epoch,) = record.history
    figures = write_figures([replace(record, history=[replace(epoch, step_losses=[0.5])])], tmp_path)
    assert "steps" not in {figure.kind for figure in figures}


@pytest.mark.parametrize(
    ("epochs", "lines", "markers"),
    [(1, ["none"] * 3, ["o"] * 3), (3, ["--", ":", "-"], ["o"] * 3), (4, ["--", ":", "-"], ["None"] * 3)],
)
def test_the_legend_of_the_epochs_shows_what_is_drawn(epochs, lines, markers):
    """One epoch has markers, of a face for each split; few have lines with them, and more have lines alone."""
    record = make_record("torch", epochs=epochs)
    history = [replace(epoch, validation_loss=0.5, validation_accuracy=0.9) for epoch in record.history]
    (group,) = group_runs([replace(record, history=history)])
    with house_style():
        figure = epoch_figure(group, backend_styles(["torch"]), "")
    shown = figure.legends[0].get_lines()[1:]
    assert [line.get_linestyle().lower() for line in shown] == lines
    assert [line.get_marker() for line in shown] == markers
    if epochs == 1:
        assert len({line.get_markerfacecolor() for line in shown}) == 3


def test_nothing_finished_gives_no_figures(tmp_path):
    """Runs that never trained leave no empty diagrams behind."""
    crashed = make_record("torch", status=Status.CRASHED, reason="signal 9", epochs=0)
    assert write_figures([crashed], tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_backend_keeps_its_color():
    """A backend has the same color whichever others it is shown with, and no two of the known ones share one."""
    assert backend_styles(["keras"])["keras"] == backend_styles(["torch", "keras", "jax"])["keras"]
    assert len({style.color for style in backend_styles(["jax", "mxnet"]).values()}) == 6


@pytest.mark.parametrize("count", [1, 7])
def test_sample_grid(tmp_path, count):
    """The grid shows any number of images, also fewer than a line."""
    images = np.tile(np.arange(28, dtype=np.uint8) * 9, (count, 28, 1))
    png, svg = sample_grid(images, np.arange(count)).write(tmp_path / "samples")
    assert drawn(png)
    assert svg.is_file()
