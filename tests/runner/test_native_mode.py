"""Native mode: each framework with its own defaults."""

from pathlib import Path

import pytest

from mnist_compare import compare
from mnist_compare.backend import find_backend
from mnist_compare.errors import UsageError
from mnist_compare.records.record import Status

SIZES = {"train_size": 500, "test_size": 200, "epochs": 1, "precision": "float64"}
INSTALLED = [name for name in ("torch", "keras", "paddle") if not find_backend(name).missing()]


# The slowest of three by far is Keras; tests/backends/test_backend_defaults.py trains it in native mode too.
QUICK = [name for name in INSTALLED if name != "keras"] or INSTALLED


@pytest.fixture(scope="module", params=[pytest.param(INSTALLED, marks=pytest.mark.slow), QUICK], ids="-".join)
def both(request, tmp_path_factory):
    """A network with batch norm and dropout, in both modes and several frameworks, with Adam."""
    if not request.param:
        pytest.skip("no framework is installed")
    folder = tmp_path_factory.mktemp("both") / "out"
    modes = ("matched", "native")
    return compare(request.param, ["convnet"], modes=modes, optimizer="adam", output=folder, **SIZES)


def trained_in(comparison):
    """The frameworks of a comparison."""
    return list(dict.fromkeys(record.backend for record in comparison.records))


def test_native_mode_trains(both) -> None:
    """Every framework trains with its own defaults, to other numbers than in matched mode."""
    for name in trained_in(both):
        matched, native = [record for record in both.records if record.backend == name]
        assert (matched.mode, native.mode) == ("matched", "native")
        assert native.status is Status.DONE, native.reason
        assert native.history[0].step_losses[0] != pytest.approx(matched.history[0].step_losses[0], abs=1e-6)


def test_matched_runs_agree_where_native_ones_do_not(both) -> None:
    """The losses of the frameworks are the same in matched mode, and are not in native mode."""
    losses = {
        mode: [record.history[0].step_losses[0] for record in both.records if record.mode == mode]
        for mode in ("matched", "native")
    }
    assert max(losses["matched"]) - min(losses["matched"]) < 1e-9
    if len(trained_in(both)) > 1:
        assert max(losses["native"]) - min(losses["native"]) > 1e-3


def test_report_says_where_the_gaps_come_from(both) -> None:
    """The report of both modes says, for each pair, what the defaults and what the engine account for."""
    text = (both.folder / "report.md").read_text()
    pairs = len(trained_in(both)) * (len(trained_in(both)) - 1) // 2
    assert ("Where the gaps come from (percentage points)" in text) == (pairs > 0)
    assert text.count(" \N{MINUS SIGN} ") == pairs


def test_native_checkpoint_goes_on_in_native_mode(both) -> None:
    """A checkpoint remembers its mode."""
    from mnist_compare.experiment.checkpoint import read_checkpoint

    record = next(record for record in both.records if record.mode == "native")
    assert read_checkpoint(both.folder / record.weights)[0].mode == "native"


@pytest.mark.slow  # a process for each of the trainings
def test_defaults_are_trained_alone_and_told(tmp_path: Path) -> None:
    """One command trains in both modes and with each default alone, and the report says what each changes."""
    if not INSTALLED:
        pytest.skip("no framework is installed")
    made = compare(INSTALLED[-1:], ["mlp"], attribute="defaults", optimizer="adam", output=tmp_path / "out", **SIZES)
    modes = [record.mode for record in made.records]
    assert (modes[0], modes[-1]) == ("matched", "native")
    assert {"native:initializer", "native:arithmetic"} <= set(modes)
    assert {record.status for record in made.records} == {Status.DONE}
    weights = {record.mode: record.weights_sha256 for record in made.records}
    assert len(set(weights.values())) == len(weights)
    text = (made.folder / "report.md").read_text()
    assert "## What each default changes by itself" in text
    assert text.count("too few seeds") >= len(modes) - 2


def test_reference_has_no_native_mode(tmp_path: Path) -> None:
    """The reference refuses native mode with the reason."""
    (record,) = compare(["numpy"], ["mlp"], modes=("native",), output=tmp_path / "out", report=False, **SIZES).records
    assert record.status is Status.REFUSED
    assert "no native mode" in record.reason


def test_unknown_mode(tmp_path: Path) -> None:
    """A mode that does not exist is an error that lists those that do."""
    with pytest.raises(UsageError, match="Unknown mode 'naive'"):
        compare(["numpy"], ["mlp"], modes=("naive",), output=tmp_path / "out", **SIZES)
