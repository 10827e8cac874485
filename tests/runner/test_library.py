from pathlib import Path

import pytest

from mnist_compare import (
    SGD,
    Architecture,
    Comparison,
    EpochResult,
    Flatten,
    Linear,
    MaxPooling,
    Recipe,
    compare,
    open_comparison,
)
from mnist_compare.errors import ArchitectureError, BackendError, MnistCompareError, OutputError, UsageError
from mnist_compare.records.record import Status
from mnist_compare.runner.observer import Observer
from mnist_compare.runner.training_events import Ended, EpochEnded, Progressed, Started

TINY = Architecture(
    "tiny",
    (MaxPooling(4), Flatten(), Linear(10)),
    recipe=Recipe("quick", optimizer=SGD(0.5), batch_size=30, epochs=2),
)


class Told(Observer):
    """Writes down what it is told."""

    def __init__(self):
        self.calls = []

    def run_started(self, run, number, count):
        self.calls.append(("started", run.spec.seed, number, count))

    def run_event(self, run, event):
        if not isinstance(event, Progressed):
            self.calls.append((type(event), run.spec.seed))

    def run_ended(self, run, record, *, kept):
        self.calls.append(("ended", run.spec.seed, record.status, kept))


@pytest.fixture(scope="module")
def told():
    return Told()


@pytest.fixture(scope="module")
def comparison(small, told, tmp_path_factory):
    """A network and a data set as values, two seeds."""
    place = tmp_path_factory.mktemp("library") / "out"
    asked = {"dataset": small, "epochs": None, "seeds": [0, 1], "threads": 1, "report": False}
    return compare(["numpy"], [TINY], output=place, observer=told, **asked)


def test_values_are_compared(comparison):
    """A network and images that exist only in Python are trained, in processes of their own."""
    assert [(record.architecture, record.seed, record.status) for record in comparison.records] == [
        *(("tiny", 0, Status.DONE), ("tiny", 1, Status.DONE)),
    ]
    for record in comparison.records:
        assert record.recipe == "quick"
        assert record.epochs == 2
        assert record.spec.data.train_size == 300
        assert record.spec.data.validation_size == 60
        assert (comparison.folder / record.weights).is_file()
        assert record.provenance.command == "compare(...)"


def test_records_become_a_frame(comparison):
    """to_frame has one row per run, to go on with in pandas."""
    frame = comparison.to_frame()
    assert len(frame) == 2
    assert list(frame["test_accuracy"]) == [record.test_accuracy for record in comparison.records]
    assert frame.groupby("architecture")["train_seconds"].mean()["tiny"] > 0


def test_observer_is_told_in_order(comparison, told):
    """An observer hears of each run: its number, its events, its end; and then of the next."""
    assert told.calls == [
        call
        for seed in (0, 1)
        for call in (
            ("started", seed, seed + 1, 2),
            *((kind, seed) for kind in (Started, EpochEnded, EpochEnded, Ended)),
            ("ended", seed, Status.DONE, False),
        )
    ]


def test_the_same_again_is_kept(comparison, small):
    """The same call gives the same records without training; the observer hears that they are kept."""
    told = Told()
    asked = {"dataset": small, "epochs": None, "seeds": (0, 1), "threads": 1, "report": False}
    again = compare("numpy", TINY, output=comparison.folder, observer=told, **asked)
    assert again == comparison
    assert [call for call in told.calls if call[0] == "ended"] == [
        *(("ended", 0, Status.DONE, True), ("ended", 1, Status.DONE, True)),
    ]
    assert not [call for call in told.calls if call[0] not in ("started", "ended")]


def test_epochs_are_rows_of_the_long_layout(comparison):
    """to_frame("long") has one row per run and epoch, with the run's name in the first columns and no lists."""
    frame = comparison.to_frame("long")
    named = ["backend", "architecture", "mode", "tuning", "processes", "precision", "seed", "key", "epoch"]
    assert list(frame.columns[:9]) == named
    assert frame[["seed", "epoch"]].values.tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert set(frame.columns[8:]) == set(EpochResult.__struct_fields__) - {"step_losses"}
    losses = [epoch.test_loss for record in comparison.records for epoch in record.history]
    assert frame["test_loss"].tolist() == losses
    assert frame.dtypes["test_loss"] == "float64"
    assert frame.equals(comparison.to_frame(layout="long"))


def test_another_layout_is_refused(comparison):
    """A layout that there is not is told with those that there are."""
    with pytest.raises(UsageError, match=r"Unknown layout 'lang'. Did you mean 'long'\? Valid: wide, long"):
        comparison.to_frame("lang")
    with pytest.raises(UsageError, match="Valid: wide, long"):
        comparison.to_frame(["long"])


def test_frames_of_nothing_have_their_columns():
    """Without runs, both layouts have no rows and all columns."""
    empty = Comparison(Path("nowhere"), [])
    assert empty.to_frame().shape[0] == empty.to_frame("long").shape[0] == 0
    assert {"seed", "epoch", "test_accuracy"} <= set(empty.to_frame("long").columns)


def test_a_comparison_is_opened_from_its_folder(comparison, monkeypatch):
    """open_comparison gives the records of a folder, by path or by name, also below ~."""
    home = comparison.folder.parent
    monkeypatch.setenv("HOME", str(home))
    assert open_comparison(f"~/{comparison.folder.name}").records == comparison.records
    assert open_comparison(comparison.folder) == comparison
    assert open_comparison(str(comparison.folder)) == comparison


def test_what_no_folder_is():
    """The value is named."""
    with pytest.raises(UsageError, match=r"^folder must be text or a path \(it is None\)\.$"):
        open_comparison(None)


@pytest.mark.parametrize("backends", [[], "", iter(())], ids=["list", "text", "iterator"])
def test_no_backends_are_not_all(backends, small, tmp_path):
    """An empty list, of a filter that has left none perhaps, trains nothing."""
    with pytest.raises(UsageError, match="No backend given"):
        compare(backends, "linear", dataset=small, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_leftovers_of_a_killed_comparison_do_no_harm(small, tmp_path):
    """Where a comparison was killed while it wrote its shared images, the same call starts over and cleans up."""
    options = {"dataset": small, "epochs": 1, "threads": 1, "output": tmp_path / "out", "report": False}
    shared = tmp_path / "out" / ".shared" / "unit-float32"
    assert compare(["numpy"], [TINY], **options).records[0].status == "done"
    shared.mkdir(parents=True)
    (shared / "train_images.npy").write_bytes(b"")
    (record,) = compare(["numpy"], [TINY], force=True, **options).records
    assert (record.status, record.reason) == ("done", "")
    assert not shared.parent.exists()


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((["pytroch"],), {}, UsageError),
        ((["numpy"], ["cnm"]), {}, UsageError),
        ((["numpy"], [Architecture("bad", (Linear(10),))]), {}, ArchitectureError),
        ((["numpy"],), {"dataset": "nowhere"}, UsageError),
        ((["numpy"],), {"dataset": "."}, UsageError),
        ((["numpy"],), {"output": __file__}, OutputError),
        ((["numpy"],), {"recipe": Recipe(batch_size=0)}, UsageError),
    ],
)
def test_errors_of_the_library_have_one_root(arguments, options, error, tmp_path, monkeypatch):
    """What is wrong with a call is one of the library's errors, all of one root, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as caught:
        compare(*arguments, train_size=50, **({"output": "out", "dataset": "mnist"} | options))
    assert isinstance(caught.value, MnistCompareError)
    assert issubclass(BackendError, MnistCompareError)
    assert not list(tmp_path.iterdir())
